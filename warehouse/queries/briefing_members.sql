-- batch(storyline_id VARCHAR)
-- Every article of the given storylines, once, in the order in which they came out.
SELECT
    t.storyline_id, m.story_id, m.article_id, m.role, m.member_at, coalesce(s.name, v.publisher, v.site) AS outlet,
    v.site, v.url, v.title, v.language, v.published_at
FROM batch AS b
JOIN story_list AS t ON t.storyline_id = b.storyline_id
JOIN (
    SELECT
        article_id,
        arg_max(version_id, (joined_at, version_id)) AS version_id,
        arg_max(story_id, (joined_at, version_id)) AS story_id,
        min(member_at) AS member_at,
        CASE WHEN bool_or(role <> 'revision') THEN arg_min(role, (joined_at, version_id)) ELSE 'report' END AS role
    FROM story_members
    GROUP BY article_id
) AS m ON m.story_id = t.story_id
JOIN article_versions AS v ON v.version_id = m.version_id
LEFT JOIN source_list AS s ON s.source_id = v.source_id
ORDER BY t.storyline_id, m.member_at, m.article_id
