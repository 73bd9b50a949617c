-- For each article to be judged the latest earlier version of it that had another title or text. Earlier by number of
-- version where the judged one is stored already: times do not tell when the clock went back between two nights.
WITH judged AS (
    SELECT
        unnest(CAST(CAST($article_ids AS JSON) AS VARCHAR[])) AS article_id,
        unnest(CAST(CAST($content_hashes AS JSON) AS VARCHAR[])) AS content_hash,
        unnest(CAST(CAST($fetched_at AS JSON) AS TIMESTAMPTZ[])) AS fetched_at,
        unnest(CAST($positions AS INTEGER[])) AS position
),
own AS (
    SELECT j.position, max(v.version) AS version
    FROM judged AS j
    JOIN article_versions AS v ON v.article_id = j.article_id AND v.content_hash = j.content_hash
    GROUP BY j.position
)
SELECT
    j.position, v.article_id, v.title, v.site, v.language, v.published_at, coalesce(v.text, held.text) AS text, v.links
FROM judged AS j
LEFT JOIN own ON own.position = j.position
JOIN article_versions AS v
    ON v.article_id = j.article_id
    AND v.content_hash <> j.content_hash
    AND coalesce(v.version < own.version, v.fetched_at < j.fetched_at)
LEFT JOIN article_versions AS held ON held.version_id = v.text_in
WHERE coalesce(v.text, held.text) IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY j.position ORDER BY v.version DESC) = 1
