-- batch(entry_id VARCHAR, state VARCHAR, version_id VARCHAR, failed BOOLEAN, next_try_at TIMESTAMPTZ)
UPDATE entries
SET state = batch.state,
    version_id = coalesce(batch.version_id, entries.version_id),
    attempts = entries.attempts + batch.failed::INTEGER,
    next_try_at = batch.next_try_at,
    content_html = CASE WHEN batch.state = 'pending' THEN entries.content_html END
FROM batch
WHERE entries.entry_id = batch.entry_id AND entries.entry_id IN ($keys)
