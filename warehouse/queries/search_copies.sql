SELECT original_id, count(DISTINCT article_id)
FROM verdicts
WHERE list_contains($article_ids::VARCHAR[], original_id) AND relation NOT IN ('new', 'revision')
GROUP BY original_id
