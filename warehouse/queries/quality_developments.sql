-- What was told in a span of time, and what people thought of it: a mark at one of its reports or at its storyline.
WITH marks AS (
    SELECT d.development_id, a.kind
    FROM annotations AS a
    JOIN development_list AS d ON a.target_kind = 'storyline' AND a.target_id = d.storyline_id
    UNION ALL
    SELECT o.development_id, a.kind
    FROM annotations AS a
    JOIN development_outlets AS o ON a.target_kind = 'article' AND a.target_id = o.article_id
)
SELECT d.development_id, d.kind, d.headline, d.told_at, d.weight, d.score, d.topics, d.reasons,
       coalesce(bool_or(m.kind = 'false-alarm'), false) AS false_alarm, count(m.kind) > 0 AS noted,
       any_value(r.article_ids) AS article_ids
FROM development_list AS d
LEFT JOIN (
    SELECT development_id, list(article_id) AS article_ids FROM development_outlets GROUP BY development_id
) AS r ON r.development_id = d.development_id
LEFT JOIN marks AS m ON m.development_id = d.development_id
WHERE d.kind <> 'update' AND ($since IS NULL OR d.told_at >= $since) AND ($until IS NULL OR d.told_at <= $until)
GROUP BY ALL
ORDER BY d.told_at, d.development_id
