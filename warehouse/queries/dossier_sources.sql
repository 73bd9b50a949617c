-- Which outlets reported on a storyline, how often, and who was first.
SELECT coalesce(t.name, v.publisher, m.site) AS outlet,
       count(DISTINCT m.article_id) FILTER (WHERE m.role <> 'copy') AS reports,
       count(DISTINCT m.article_id) FILTER (WHERE m.role = 'copy') AS copies,
       min(m.member_at) AS first_at,
       list(DISTINCT v.language ORDER BY v.language) FILTER (WHERE v.language IS NOT NULL) AS languages
FROM story_members AS m
JOIN story_list AS s ON s.story_id = m.story_id
JOIN article_versions AS v ON v.version_id = m.version_id
LEFT JOIN source_list AS t ON t.source_id = v.source_id
WHERE s.storyline_id = $storyline_id AND NOT s.seed
GROUP BY ALL
ORDER BY reports DESC, copies DESC, first_at, outlet
