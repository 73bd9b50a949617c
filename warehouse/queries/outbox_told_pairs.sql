SELECT recipient_id, development_id
FROM outbox_items
WHERE development_id IN (SELECT unnest($development_ids::VARCHAR[]))
