-- Articles whose present version the index lacks, or that it should not hold any more, in order of arrival. Looks at
-- the articles of runs that may have changed something, or at all.
WITH changed AS (
    SELECT DISTINCT article_id
    FROM verdicts
    WHERE $all_runs OR run_id NOT IN (SELECT run_id FROM search_runs)
),
present AS (
    SELECT
        v.article_id,
        max(v.version) AS version,
        arg_max(v.rowid, v.version) AS place,
        coalesce(arg_max(j.relation, v.version) FILTER (WHERE j.relation <> 'revision'), 'new') = 'new' AS is_distinct
    FROM article_versions AS v
    JOIN verdicts AS j ON j.version_id = v.version_id
    SEMI JOIN changed ON changed.article_id = v.article_id
    GROUP BY v.article_id
)
SELECT p.place, p.is_distinct, d.doc
FROM present AS p
LEFT JOIN search_docs AS d ON d.article_id = p.article_id
WHERE (p.is_distinct AND p.version IS DISTINCT FROM d.version) OR (NOT p.is_distinct AND d.doc IS NOT NULL)
ORDER BY p.place
