-- Adds fingerprints; one that is known stays as it is.
INSERT INTO copy_fingerprints (article_id, fingerprint)
WITH given AS (
    SELECT unnest(CAST(CAST($article_ids AS JSON) AS VARCHAR[])) AS article_id,
           unnest(CAST(CAST($fingerprints AS JSON) AS VARCHAR[])) AS fingerprint
)
SELECT article_id, min(fingerprint)
FROM given ANTI JOIN copy_fingerprints AS known USING (article_id)
GROUP BY article_id
