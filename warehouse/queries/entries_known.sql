-- batch(entry_id VARCHAR)
SELECT entries.entry_id, entries.fingerprint
FROM entries
SEMI JOIN batch ON batch.entry_id = entries.entry_id
