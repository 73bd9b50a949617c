-- Reports of the stories around tonight, to compare tonight's with; each with the story that it counts as since the last
-- split or merge that concerned it.
SELECT coalesce(c.story_id, a.story_id) AS story_id, a.storyline_id, a.site, a.language, a.member_at, a.dated, a.terms,
       a.version_id
FROM article_terms AS a
LEFT JOIN (
    SELECT version_id, arg_max(story_id, acted_at) AS story_id FROM story_act_members GROUP BY version_id
) AS c ON c.version_id = a.version_id
WHERE a.member_at BETWEEN $since AND $until
ORDER BY a.member_at, a.version_id
