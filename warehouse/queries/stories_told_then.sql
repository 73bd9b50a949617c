-- What was told between two times, with the articles that reported it.
SELECT d.told_at, d.kind, d.headline, d.weight, list(o.article_id) AS articles
FROM development_list AS d
LEFT JOIN development_outlets AS o ON o.development_id = d.development_id
WHERE d.told_at BETWEEN $since AND $until
GROUP BY d.development_id, d.told_at, d.kind, d.headline, d.weight
ORDER BY d.told_at, d.weight DESC, d.headline
