-- batch(entry_id VARCHAR)
SELECT run_entries.entry_id
FROM run_entries
SEMI JOIN batch ON batch.entry_id = run_entries.entry_id
WHERE run_entries.run_id = $run_id
