-- batch(entry_id VARCHAR)
UPDATE entries
SET state = 'done', next_try_at = NULL
FROM batch
WHERE entries.entry_id = batch.entry_id AND entries.entry_id IN ($keys)
