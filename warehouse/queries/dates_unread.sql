-- The newest developments that were not searched for dates yet, with the texts of their own reports.
WITH unread AS (
    SELECT d.development_id, d.told_at
    FROM development_list AS d
    WHERE NOT EXISTS (
        SELECT 1 FROM dates_read AS r WHERE r.development_id = d.development_id AND r.reading = $reading
    )
    ORDER BY d.told_at DESC, d.development_id
    LIMIT $limit
)
SELECT u.development_id, v.article_id, v.language, coalesce(v.published_at, v.first_seen_at) AS dated_at,
       v.title, coalesce(v.text, held.text) AS text
FROM unread AS u
LEFT JOIN development_outlets AS o
    ON o.development_id = u.development_id AND (o.position = 0 OR o.relation IN ('new', 'revision'))
LEFT JOIN article_versions AS v ON v.version_id = o.version_id
LEFT JOIN article_versions AS held ON held.version_id = v.text_in
ORDER BY u.told_at, u.development_id, o.position
