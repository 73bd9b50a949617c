SELECT run_id, kind, as_of, started_at, finished_at, state, exit_code, counts, version
FROM runs
WHERE $kind::VARCHAR IS NULL OR kind = $kind
ORDER BY started_at DESC, run_id DESC
LIMIT 1
