-- batch(development_id VARCHAR)
-- The reports of developments as they were told.
SELECT
    x.development_id, x.article_id, coalesce(s.name, v.publisher, v.site) AS outlet, v.site, v.url, v.title,
    v.language, v.published_at, x.relation
FROM batch AS b
JOIN development_outlets AS x ON x.development_id = b.development_id
JOIN article_versions AS v ON v.version_id = x.version_id
LEFT JOIN source_list AS s ON s.source_id = v.source_id
ORDER BY x.development_id, x.position
