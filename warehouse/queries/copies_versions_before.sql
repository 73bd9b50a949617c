-- For each article to be judged the earlier versions of it that had another title or text, the latest first, with the
-- version that holds the text. Earlier by number of version where the judged one is stored already: times do not tell
-- when the clock went back between two nights.
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
SELECT j.position, v.version_id, coalesce(v.text_in, v.version_id) AS held_by
FROM judged AS j
LEFT JOIN own ON own.position = j.position
JOIN article_versions AS v
    ON v.article_id = j.article_id
    AND v.content_hash <> j.content_hash
    AND coalesce(v.version < own.version, v.fetched_at < j.fetched_at)
ORDER BY v.version DESC
