SELECT outcome, count(*)
FROM entry_outcomes
WHERE run_id = $run_id
GROUP BY outcome
ORDER BY outcome
