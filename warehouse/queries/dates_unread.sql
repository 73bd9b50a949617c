-- The newest developments that were not searched for dates yet, with the texts of their own reports. Texts are read of
-- the rows that are wanted only, which are found first: joined with all texts, it would not fit into memory after a
-- year. (The version is asked for too: on a lake, a new row may have the row id of a stored one.)
WITH unread AS MATERIALIZED (
    SELECT d.development_id, d.told_at
    FROM development_list AS d
    WHERE NOT EXISTS (
        SELECT 1 FROM dates_read AS r WHERE r.development_id = d.development_id AND r.reading = $reading
    )
    ORDER BY d.told_at DESC, d.development_id
    LIMIT $limit
),
told AS MATERIALIZED (
    SELECT o.development_id, o.position, o.version_id
    FROM development_outlets AS o
    SEMI JOIN unread AS u ON u.development_id = o.development_id
    WHERE o.position = 0 OR o.relation IN ('new', 'revision')
),
own AS MATERIALIZED (
    SELECT v.rowid AS place, v.version_id, v.text_in FROM article_versions AS v SEMI JOIN told ON told.version_id = v.version_id
),
held AS MATERIALIZED (
    SELECT v.rowid AS place, v.version_id FROM article_versions AS v SEMI JOIN own ON own.text_in = v.version_id
),
read AS MATERIALIZED (
    SELECT version_id, article_id, language, coalesce(published_at, first_seen_at) AS dated_at, title, text, text_in
    FROM article_versions
    WHERE rowid IN (SELECT place FROM own UNION ALL SELECT place FROM held)
        AND version_id IN (SELECT version_id FROM own UNION ALL SELECT version_id FROM held)
)
SELECT u.development_id, v.article_id, v.language, v.dated_at, v.title, coalesce(v.text, whole.text) AS text
FROM unread AS u
LEFT JOIN told AS o ON o.development_id = u.development_id
LEFT JOIN read AS v ON v.version_id = o.version_id
LEFT JOIN read AS whole ON whole.version_id = v.text_in
ORDER BY u.told_at, u.development_id, o.position
