SELECT DISTINCT
    d.development_id, d.kind, d.headline, d.told_at, d.weight, d.reasons, d.updates_id, o.relation, o.article_id
FROM development_outlets AS o
JOIN development_list AS d ON d.development_id = o.development_id
WHERE o.article_id IN (SELECT unnest($ids::VARCHAR[]))
ORDER BY d.told_at, d.development_id
