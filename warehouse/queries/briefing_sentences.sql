-- batch(development_id VARCHAR)
SELECT s.development_id, s.text, s.article_id, s.part_starts, s.part_ends
FROM batch AS b
JOIN development_sentences AS s ON s.development_id = b.development_id
ORDER BY s.development_id, s.position
