SELECT article_id, outlet, title, url, relation, share, other_share, dated_at
FROM copies
WHERE original_id IN (SELECT unnest($ids::VARCHAR[]))
ORDER BY dated_at, article_id
