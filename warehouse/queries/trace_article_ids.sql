SELECT DISTINCT article_id
FROM (
    SELECT unnest($ids::VARCHAR[]) AS article_id
    UNION ALL
    SELECT article_id FROM article_versions WHERE url IN (SELECT unnest($urls::VARCHAR[]))
    UNION ALL
    SELECT v.article_id
    FROM entries AS e
    JOIN article_versions AS v ON v.version_id = e.version_id
    WHERE e.article_id IN (SELECT unnest($ids::VARCHAR[])) OR e.link IN (SELECT unnest($urls::VARCHAR[]))
    UNION ALL
    SELECT article_id FROM entries WHERE link IN (SELECT unnest($urls::VARCHAR[])) AND article_id IS NOT NULL
) AS found
ORDER BY article_id
