-- batch(doc UINTEGER, place BIGINT)
-- The words of each article's title and text in lower case, with the places where they stand. A run of Chinese, Japanese
-- or Korean is cut into pairs of characters; its last character stands alone. The patterns are those of search.sql.
WITH raw AS (
    SELECT
        b.doc,
        CASE WHEN v.language IN ('en', 'de', 'fr', 'es') THEN v.language ELSE '' END AS language,
        unnest([v.title, concat_ws(E'\n\n', nullif(v.standfirst, ''), v.text)]) AS said,
        unnest([0, 64]) AS start
    FROM batch AS b
    JOIN article_versions AS v ON v.rowid = b.place
),
cut AS (
    SELECT
        doc,
        language,
        start,
        regexp_extract_all(lower(said), '[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}ー]+|(?:[^\P{L}\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}ー]|\p{N})(?:[^\P{L}\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}ー]|[\p{N}\p{M}])*') AS runs,
        regexp_matches(said, '[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}ー]') AS is_unspaced
    FROM raw
),
paired AS (
    SELECT
        doc,
        language,
        start,
        CASE WHEN is_unspaced THEN flatten(list_transform(runs, lambda run:
            CASE WHEN regexp_matches(run, '^[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}ー]')
                THEN list_transform(range(1, length(run) + 1), lambda i: run[i:i + 1])
                ELSE [run]
            END
        )) ELSE runs END AS tokens
    FROM cut
)
SELECT
    doc,
    language,
    start,
    left(unnest(tokens), 60) AS token,
    start + generate_subscripts(tokens, 1) - 1 AS place
FROM paired
