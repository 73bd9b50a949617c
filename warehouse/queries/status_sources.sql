SELECT state, count(*) AS sources, list(source_id ORDER BY source_id) AS ids
FROM (
    SELECT
        source_id,
        CASE
            WHEN state IN ('ok', 'not-modified', 'moved') AND coalesce(last_entry_at, last_fetch_at) < $silent_before
                THEN 'silent'
            WHEN state IN ('ok', 'not-modified', 'moved') THEN 'well'
            ELSE state
        END AS state
    FROM sources
) AS judged
GROUP BY state
ORDER BY sources DESC, state
