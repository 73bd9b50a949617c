-- Articles of each topic by day since a day: distinct ones and copies.
SELECT
    h.topic_id,
    timezone($zone, coalesce(v.published_at, v.first_seen_at))::DATE AS day,
    count(*) FILTER (WHERE c.standing = 'new') AS articles,
    count(*) FILTER (WHERE c.standing <> 'new') AS copies
FROM standings AS c
JOIN topic_hits AS h ON h.version_id = c.version_id
JOIN article_versions AS v ON v.version_id = c.version_id
WHERE coalesce(v.published_at, v.first_seen_at) >= $since
GROUP BY ALL
ORDER BY h.topic_id, day
