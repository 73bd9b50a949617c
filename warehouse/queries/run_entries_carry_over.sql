INSERT INTO run_entries (run_id, entry_id, taken_as)
SELECT $run_id, entry_id, 'carried-over'
FROM entries
WHERE state = 'read' OR (state = 'pending' AND (next_try_at IS NULL OR next_try_at <= $as_of))
