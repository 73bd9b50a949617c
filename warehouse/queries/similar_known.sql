-- What is known of an article's kin without asking the index: its original, copies of it or of its original, and the
-- other reports of its story.
WITH
standing AS (
    SELECT article_id, arg_max(original_id, judged_at) AS original_id
    FROM verdicts
    WHERE relation NOT IN ('new', 'revision')
    GROUP BY article_id
),
root AS (
    SELECT coalesce((SELECT s.original_id FROM standing AS s WHERE s.article_id = $article_id), $article_id) AS article_id
),
kin AS (
    SELECT article_id, 'original' AS relation, 1 AS rank FROM root
    UNION ALL
    SELECT s.article_id, 'copy', 2 FROM standing AS s JOIN root AS r ON r.article_id = s.original_id
    UNION ALL
    SELECT m.article_id, 'same story', 3
    FROM story_members AS m
    WHERE m.role <> 'copy' AND m.story_id IN (
        SELECT arg_max(x.story_id, x.joined_at) FROM story_members AS x JOIN root AS r ON r.article_id = x.article_id
    )
),
first AS (
    SELECT article_id, arg_min(relation, rank) AS relation, min(rank) AS rank
    FROM kin
    WHERE article_id <> $article_id
    GROUP BY article_id
),
present AS (
    SELECT v.article_id, max(v.version) AS version
    FROM article_versions AS v
    SEMI JOIN first AS f ON f.article_id = v.article_id
    GROUP BY v.article_id
)
SELECT
    v.article_id, v.title, coalesce(s.name, v.publisher, v.site) AS outlet,
    coalesce(v.published_at, v.first_seen_at) AS dated_at, NULL::DOUBLE AS likeness, f.relation, v.url, v.language, v.source_id
FROM first AS f
JOIN present AS p ON p.article_id = f.article_id
JOIN article_versions AS v ON v.article_id = p.article_id AND v.version = p.version
LEFT JOIN source_list AS s ON s.source_id = v.source_id
ORDER BY f.rank, coalesce(v.published_at, v.first_seen_at), v.article_id
