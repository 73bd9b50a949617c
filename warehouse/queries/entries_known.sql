-- batch(entry_id VARCHAR)
SELECT entries.entry_id, entries.fingerprint
FROM entries
WHERE entries.entry_id IN ($keys)
