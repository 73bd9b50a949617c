-- Articles and storylines that are named by address, by id, or by the beginning of an id.
WITH named AS (
    SELECT 'article' AS kind, article_id AS target_id, article_id AS key, url FROM article_versions
    UNION
    SELECT 'article', o.article_id, o.development_id, NULL FROM development_outlets AS o WHERE o.position = 0
    UNION
    SELECT 'storyline', storyline_id, storyline_id, NULL FROM storyline_list
    UNION
    SELECT 'storyline', storyline_id, story_id, NULL FROM story_list
),
chosen AS (
    SELECT kind, target_id,
           bool_or(key IN (SELECT unnest($ids)) OR url IN (SELECT unnest($urls)) OR key = $exact) AS is_exact
    FROM named
    WHERE key IN (SELECT unnest($ids)) OR url IN (SELECT unnest($urls)) OR key = $exact OR starts_with(key, $prefix)
    GROUP BY kind, target_id
)
SELECT c.kind, c.target_id, v.title, v.url, NULL AS founder_id, c.is_exact
FROM chosen AS c
JOIN (SELECT article_id, arg_max(title, version) AS title, arg_max(url, version) AS url
      FROM article_versions GROUP BY article_id) AS v ON v.article_id = c.target_id
WHERE c.kind = 'article'
UNION ALL
SELECT c.kind, c.target_id, l.title, v.url, coalesce(s.founder_id, f.founder_id), c.is_exact
FROM chosen AS c
JOIN storyline_list AS l ON l.storyline_id = c.target_id
LEFT JOIN story_list AS s ON s.story_id = l.founder_id
LEFT JOIN (SELECT storyline_id, arg_min(founder_id, first_at) AS founder_id FROM story_list GROUP BY storyline_id) AS f
    ON f.storyline_id = c.target_id
LEFT JOIN (SELECT article_id, arg_max(url, version) AS url FROM article_versions GROUP BY article_id) AS v
    ON v.article_id = coalesce(s.founder_id, f.founder_id)
WHERE c.kind = 'storyline'
ORDER BY 6 DESC, 1, 2
