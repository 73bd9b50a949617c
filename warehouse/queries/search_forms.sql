-- batch(language VARCHAR, token VARCHAR, stem VARCHAR)
-- Each word with its stem, both folded: no accents, no ligatures.
SELECT
    language,
    token,
    replace(replace(replace(translate(lower(strip_accents(token)), 'øłđ', 'old'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe') AS word,
    replace(replace(replace(translate(lower(strip_accents(stem)), 'øłđ', 'old'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe') AS stem
FROM batch
