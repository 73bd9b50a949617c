-- batch(entry_id VARCHAR)
SELECT entries.entry_id, entries.first_seen_at
FROM entries
SEMI JOIN batch ON batch.entry_id = entries.entry_id
