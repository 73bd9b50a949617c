INSERT INTO search_runs
SELECT r.run_id
FROM runs AS r
ANTI JOIN search_runs AS s ON s.run_id = r.run_id
WHERE r.state <> 'running'
