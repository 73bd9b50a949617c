SELECT t.entry_id, t.run_id, r.as_of, t.taken_as, o.outcome, o.code, o.topics, o.happened_at
FROM run_entries AS t
JOIN runs AS r ON r.run_id = t.run_id
LEFT JOIN entry_outcomes AS o ON o.run_id = t.run_id AND o.entry_id = t.entry_id
WHERE t.entry_id IN (SELECT unnest($entries::VARCHAR[]))
ORDER BY r.as_of, t.run_id, t.entry_id
