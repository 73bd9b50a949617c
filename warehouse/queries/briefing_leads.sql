-- Who reports first: by topic, for languages and for outlets, hours between a story's first report anywhere and theirs.
-- Own reports only, dated to the second, of stories that at least two of the kind reported.
WITH reports AS (
    SELECT
        h.topic_id, m.story_id, v.language, coalesce(s.name, v.publisher, v.site) AS outlet, m.member_at
    FROM story_members AS m
    JOIN topic_hits AS h ON h.version_id = m.version_id
    JOIN article_versions AS v ON v.version_id = m.version_id
    LEFT JOIN source_list AS s ON s.source_id = v.source_id
    WHERE m.role = 'report' AND v.published_certainty = 'exact' AND m.member_at >= $since
), named AS (
    SELECT topic_id, story_id, 'language' AS kind, language AS name, min(member_at) AS member_at
    FROM reports
    WHERE language IS NOT NULL
    GROUP BY ALL
    UNION ALL
    SELECT topic_id, story_id, 'outlet' AS kind, outlet AS name, min(member_at) AS member_at
    FROM reports
    GROUP BY ALL
), timed AS (
    SELECT
        topic_id, kind, name,
        date_diff('second', min(member_at) OVER of_story, member_at) / 3600.0 AS hours,
        count(*) OVER of_story AS peers
    FROM named
    WINDOW of_story AS (PARTITION BY topic_id, story_id, kind)
)
SELECT
    topic_id, kind, name, count(*) AS stories, count(*) FILTER (WHERE hours = 0) AS led,
    quantile_cont(hours, 0.25) AS low, quantile_cont(hours, 0.5) AS median, quantile_cont(hours, 0.75) AS high
FROM timed
WHERE peers > 1
GROUP BY topic_id, kind, name
QUALIFY row_number() OVER (PARTITION BY topic_id, kind ORDER BY stories DESC, name) <= $most
ORDER BY topic_id, kind, median, stories DESC, name
