-- Term, article and place in one number each (warehouse/search/postings.py). Of a title the first 64 words count.
SELECT (s.term::UBIGINT << 32) | ((t.doc - $first)::UBIGINT << 16) | t.place::UBIGINT AS key
FROM search_fresh_tokens AS t
JOIN search_fresh_forms AS f ON f.language = t.language AND f.token = t.token
JOIN search_words AS s ON s.is_stem AND s.word = f.stem
WHERE f.word <> '' AND t.place < 65536 AND (t.start = 64 OR t.place < 64)
