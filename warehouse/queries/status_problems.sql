SELECT stage, code, count(*) AS times, any_value(detail) AS example
FROM problem_log
WHERE run_id = $run_id
GROUP BY stage, code
ORDER BY times DESC, stage, code
