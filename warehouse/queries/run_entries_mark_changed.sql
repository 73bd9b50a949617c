-- batch(entry_id VARCHAR)
UPDATE run_entries
SET taken_as = 'changed'
FROM batch
WHERE run_entries.run_id = $run_id AND run_entries.entry_id = batch.entry_id
