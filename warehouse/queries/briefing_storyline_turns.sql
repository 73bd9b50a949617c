-- batch(storyline_id VARCHAR)
SELECT d.storyline_id, d.development_id
FROM batch AS b
JOIN development_list AS d ON d.storyline_id = b.storyline_id
ORDER BY d.storyline_id, d.told_at, d.happened_at, d.development_id
