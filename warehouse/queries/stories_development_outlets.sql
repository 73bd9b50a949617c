SELECT o.development_id, o.article_id, coalesce(s.name, a.publisher, a.site) AS name, a.site, a.url, a.title,
       a.language, a.published_at, o.relation
FROM development_outlets AS o
JOIN article_versions AS a ON a.version_id = o.version_id
LEFT JOIN source_list AS s ON s.source_id = a.source_id
WHERE o.development_id IN (SELECT unnest(string_split($developments, ',')))
ORDER BY o.development_id, o.position
