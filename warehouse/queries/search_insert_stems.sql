INSERT INTO search_words
SELECT n.stem, $first + row_number() OVER (ORDER BY n.stem) - 1, true
FROM (SELECT DISTINCT stem FROM search_fresh_forms WHERE stem <> '' AND word <> '') AS n
ANTI JOIN (SELECT word FROM search_words WHERE is_stem) AS known ON known.word = n.stem
