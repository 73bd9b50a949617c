-- The nights that ran, the newest first.
SELECT run_id, kind, as_of, finished_at, state, exit_code, counts
FROM runs
WHERE kind IN ('night', 'demo')
ORDER BY as_of DESC, run_id DESC
LIMIT $most
