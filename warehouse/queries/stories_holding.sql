-- The story and storyline that holds each of some articles, after all splits and merges.
SELECT m.article_id, min(coalesce(c.story_id, m.story_id)) AS story_id, min(l.storyline_id) AS storyline_id
FROM story_members AS m
JOIN story_list AS l ON l.story_id = m.story_id
LEFT JOIN (
    SELECT version_id, arg_max(story_id, acted_at) AS story_id FROM story_act_members GROUP BY version_id
) AS c ON c.version_id = m.version_id
WHERE m.article_id IN (SELECT unnest(string_split($articles, ',')))
GROUP BY m.article_id
