-- The night that ended last among those that were done and published.
SELECT run_id, kind, as_of, started_at, finished_at, state, exit_code, counts, version
FROM runs
WHERE kind = 'night' AND state = 'done' AND exit_code IN (0, 5)
ORDER BY finished_at DESC, run_id DESC
LIMIT 1
