-- A run that could not do anything gives back what it had taken up.
DELETE FROM run_entries
WHERE run_id = $run_id AND entry_id NOT IN (SELECT entry_id FROM entry_outcomes WHERE run_id = $run_id)
