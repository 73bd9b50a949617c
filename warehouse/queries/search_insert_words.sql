INSERT INTO search_words
SELECT DISTINCT f.word, s.term, false
FROM search_fresh_forms AS f
JOIN search_words AS s ON s.is_stem AND s.word = f.stem
ANTI JOIN search_words AS known ON known.word = f.word AND known.term = s.term
WHERE f.word <> ''
