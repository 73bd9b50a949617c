SELECT run_id, stage, code, detail, url, happened_at
FROM problem_log
WHERE entry_id IN (SELECT unnest($entries::VARCHAR[])) OR url IN (SELECT unnest($urls::VARCHAR[]))
ORDER BY happened_at, stage, code
