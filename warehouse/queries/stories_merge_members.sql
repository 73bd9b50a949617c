-- After a merge every report that the ended story holds, or counts, counts as the continued one's.
INSERT INTO story_act_members
SELECT $act_id, m.version_id, m.article_id, $other_id, $acted_at
FROM story_members AS m
LEFT JOIN (
    SELECT version_id, arg_max(story_id, acted_at) AS story_id FROM story_act_members GROUP BY version_id
) AS c ON c.version_id = m.version_id
WHERE coalesce(c.story_id, m.story_id) = $story_id
