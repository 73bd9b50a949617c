SELECT
    doc,
    count(*) FILTER (start = 0 AND place < 64) AS title_words,
    count(*) FILTER (start = 64) AS text_words
FROM search_fresh_tokens
GROUP BY doc
