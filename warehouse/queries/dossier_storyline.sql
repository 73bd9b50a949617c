-- A storyline with what is counted over its stories.
SELECT l.storyline_id, l.title, l.state, l.first_at, l.last_at, l.stories, l.turns, l.entities,
       count(DISTINCT m.article_id) FILTER (WHERE m.role <> 'copy') AS reports,
       count(DISTINCT m.article_id) FILTER (WHERE m.role = 'copy') AS copies,
       list(DISTINCT v.language ORDER BY v.language) FILTER (WHERE v.language IS NOT NULL) AS languages,
       (SELECT max(published_at) FROM snapshot_info) AS published_at
FROM storyline_list AS l
LEFT JOIN story_list AS s ON s.storyline_id = l.storyline_id
LEFT JOIN story_members AS m ON m.story_id = s.story_id
LEFT JOIN article_versions AS v ON v.version_id = m.version_id
WHERE l.storyline_id = $storyline_id
GROUP BY ALL
