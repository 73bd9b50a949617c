WITH
taken AS (SELECT entry_id, taken_as FROM run_entries WHERE run_id = $run_id),
ended AS (SELECT entry_id, count(*) AS times FROM entry_outcomes WHERE run_id = $run_id GROUP BY entry_id),
feeds AS (
    SELECT coalesce(sum(entries_seen), 0)::BIGINT AS seen, coalesce(sum(entries_known), 0)::BIGINT AS known
    FROM fetches
    WHERE run_id = $run_id AND kind = 'feed'
),
broken AS (
    SELECT coalesce(taken.entry_id, ended.entry_id) AS entry_id
    FROM taken
    FULL JOIN ended ON taken.entry_id = ended.entry_id
    WHERE taken.entry_id IS NULL OR ended.entry_id IS NULL OR ended.times <> 1
)
SELECT
    feeds.seen,
    feeds.known,
    (SELECT count(*) FROM taken WHERE taken_as = 'new') AS new,
    (SELECT count(*) FROM taken WHERE taken_as = 'changed') AS changed,
    (SELECT count(*) FROM taken WHERE taken_as = 'carried-over') AS carried_over,
    (SELECT coalesce(list(entry_id ORDER BY entry_id), []) FROM broken) AS unaccounted
FROM feeds
