-- The storyline that holds an article.
SELECT arg_max(s.storyline_id, m.joined_at)
FROM story_members AS m
JOIN story_list AS s ON s.story_id = m.story_id
WHERE m.article_id = $article_id
