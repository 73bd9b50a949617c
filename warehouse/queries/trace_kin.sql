-- Kinships of an article, best first, each with its three longest passages in common: as they stand in this text, in
-- the other one (in the version that was current when the verdict fell; null: not known here), and where.
WITH mine AS (
    SELECT
        k.version_id, k.rank, k.spans,
        coalesce(
            max_by(o.version_id, o.version) FILTER (WHERE o.first_seen_at <= v.judged_at),
            min_by(o.version_id, o.version)
        ) AS other_version_id
    FROM kinships AS k
    LEFT JOIN verdicts AS v ON v.version_id = k.version_id
    LEFT JOIN article_versions AS o ON o.article_id = k.other_id AND o.version_id <> k.version_id
    WHERE k.article_id IN (SELECT unnest($ids::VARCHAR[]))
    GROUP BY k.version_id, k.rank, k.spans
),
wanted AS (
    SELECT version_id FROM mine UNION SELECT other_version_id FROM mine
),
held AS (
    SELECT version_id, text, text_in FROM article_versions WHERE version_id IN (SELECT version_id FROM wanted)
),
read AS (
    SELECT held.version_id, coalesce(held.text, whole.text) AS text
    FROM held
    LEFT JOIN (
        SELECT version_id, text FROM article_versions WHERE version_id IN (SELECT text_in FROM held)
    ) AS whole ON whole.version_id = held.text_in
),
passages AS (
    SELECT
        version_id, rank,
        list(passage ORDER BY length(passage) DESC, span."start")[1:3] AS passages,
        list(other_passage ORDER BY length(passage) DESC, span."start")[1:3] AS other_passages,
        list(span ORDER BY length(passage) DESC, span."start")[1:3] AS places
    FROM (
        SELECT
            k.version_id, k.rank, k.span,
            substr(t.text, k.span."start" + 1, k.span."end" - k.span."start") AS passage,
            substr(u.text, k.span.other_start + 1, k.span.other_end - k.span.other_start) AS other_passage
        FROM (SELECT version_id, rank, other_version_id, unnest(spans) AS span FROM mine) AS k
        JOIN read AS t ON t.version_id = k.version_id
        LEFT JOIN read AS u ON u.version_id = k.other_version_id
    ) AS shared
    GROUP BY version_id, rank
)
SELECT
    k.version_id, k.rank, k.other_id, k.relation, k.share, k.other_share, k.confidence, k.fingerprint_only, k.reasons,
    o.title, o.url, coalesce(s.name, o.publisher, o.site) AS outlet, o.published_at, p.passages, p.other_passages,
    p.places
FROM kinships AS k
LEFT JOIN passages AS p ON p.version_id = k.version_id AND p.rank = k.rank
LEFT JOIN (SELECT article_id, max(version) AS version FROM article_versions GROUP BY article_id) AS c
    ON c.article_id = k.other_id
LEFT JOIN article_versions AS o ON o.article_id = c.article_id AND o.version = c.version
LEFT JOIN source_list AS s ON s.source_id = o.source_id
WHERE k.article_id IN (SELECT unnest($ids::VARCHAR[]))
ORDER BY k.version_id, k.rank
