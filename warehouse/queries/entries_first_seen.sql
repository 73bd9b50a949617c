-- batch(entry_id VARCHAR)
SELECT entries.entry_id, entries.first_seen_at
FROM entries
WHERE entries.entry_id IN ($keys)
