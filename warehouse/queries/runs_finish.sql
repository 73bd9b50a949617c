UPDATE runs
SET finished_at = $finished_at, state = $state, exit_code = $exit_code, counts = $counts
WHERE run_id = $run_id
