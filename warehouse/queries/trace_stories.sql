SELECT m.version_id, m.role, m.similarity, m.novelty, m.joined_at, m.run_id, t.story_id, t.title, l.storyline_id,
    l.title AS storyline, coalesce(c.acts, []) AS acts
FROM story_members AS m
JOIN story_list AS t ON t.story_id = m.story_id
LEFT JOIN storyline_list AS l ON l.storyline_id = t.storyline_id
LEFT JOIN (
    SELECT story_id, list({acted_at: acted_at, act: act, other: title, reason: reason} ORDER BY acted_at, act) AS acts
    FROM (
        SELECT a.story_id, a.acted_at, CASE a.act WHEN 'merge' THEN 'continues as' ELSE 'lost a part to' END AS act,
            o.title, a.reason
        FROM story_acts AS a JOIN story_list AS o ON o.story_id = a.other_id
        UNION ALL
        SELECT a.other_id, a.acted_at, CASE a.act WHEN 'merge' THEN 'took in' ELSE 'was part of' END, s.title, a.reason
        FROM story_acts AS a JOIN story_list AS s ON s.story_id = a.story_id
    )
    GROUP BY story_id
) AS c ON c.story_id = t.story_id
WHERE m.article_id IN (SELECT unnest($ids::VARCHAR[]))
ORDER BY m.joined_at, m.version_id
