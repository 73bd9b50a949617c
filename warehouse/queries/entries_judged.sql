-- batch(version_id VARCHAR)
SELECT entries.entry_id, entries.version_id
FROM entries
SEMI JOIN batch ON batch.version_id = entries.version_id
WHERE entries.state = 'read'
