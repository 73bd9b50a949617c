-- The story and storyline that holds each of some articles.
SELECT m.article_id, min(m.story_id) AS story_id, min(l.storyline_id) AS storyline_id
FROM story_members AS m
JOIN story_list AS l ON l.story_id = m.story_id
WHERE m.article_id IN (SELECT unnest(string_split($articles, ',')))
GROUP BY m.article_id
