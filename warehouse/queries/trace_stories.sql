SELECT m.version_id, m.role, m.similarity, m.novelty, m.joined_at, m.run_id, t.story_id, t.title, l.storyline_id,
    l.title AS storyline
FROM story_members AS m
JOIN story_list AS t ON t.story_id = m.story_id
LEFT JOIN storyline_list AS l ON l.storyline_id = t.storyline_id
WHERE m.article_id IN (SELECT unnest($ids::VARCHAR[]))
ORDER BY m.joined_at, m.version_id
