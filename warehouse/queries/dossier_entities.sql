-- Who is named on a storyline, how often, in how many reports, and when first and last.
SELECT entity, sum(mentions)::BIGINT AS mentions, count(DISTINCT article_id) AS reports, bool_or(listed) AS listed,
       min(mentioned_at) AS first_at, max(mentioned_at) AS last_at
FROM entity_mentions
WHERE storyline_id = $storyline_id
GROUP BY entity
ORDER BY listed DESC, reports DESC, mentions DESC, entity
LIMIT 16
