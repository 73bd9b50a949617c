SELECT storyline_id, development_id, any_value(headline), min(happened_at) AS happened_at
FROM outbox_items
WHERE storyline_id IN (SELECT unnest($storyline_ids::VARCHAR[]))
GROUP BY storyline_id, development_id
ORDER BY happened_at, development_id
