WITH mine AS (
    SELECT version_id, text, text_in FROM article_versions WHERE article_id IN (SELECT unnest($ids::VARCHAR[]))
),
read AS (
    SELECT mine.version_id, coalesce(mine.text, held.text) AS text
    FROM mine
    LEFT JOIN (
        SELECT version_id, text FROM article_versions WHERE version_id IN (SELECT text_in FROM mine)
    ) AS held ON held.version_id = mine.text_in
),
passages AS (
    SELECT version_id, rank, list(passage ORDER BY length(passage) DESC)[1:3] AS passages
    FROM (
        SELECT k.version_id, k.rank, substr(t.text, span."start" + 1, span."end" - span."start") AS passage
        FROM (
            SELECT version_id, rank, unnest(spans) AS span
            FROM kinships
            WHERE article_id IN (SELECT unnest($ids::VARCHAR[]))
        ) AS k
        JOIN read AS t ON t.version_id = k.version_id
    ) AS shared
    GROUP BY version_id, rank
)
SELECT
    k.version_id, k.rank, k.other_id, k.relation, k.share, k.other_share, k.confidence, k.fingerprint_only, k.reasons,
    o.title, o.url, coalesce(s.name, o.publisher, o.site) AS outlet, o.published_at, p.passages
FROM kinships AS k
LEFT JOIN passages AS p ON p.version_id = k.version_id AND p.rank = k.rank
LEFT JOIN (SELECT article_id, max(version) AS version FROM article_versions GROUP BY article_id) AS c
    ON c.article_id = k.other_id
LEFT JOIN article_versions AS o ON o.article_id = c.article_id AND o.version = c.version
LEFT JOIN source_list AS s ON s.source_id = o.source_id
WHERE k.article_id IN (SELECT unnest($ids::VARCHAR[]))
ORDER BY k.version_id, k.rank
