-- Adds fingerprints; one that is known stays as it is.
INSERT OR IGNORE INTO copy_fingerprints (article_id, fingerprint)
SELECT unnest(CAST(CAST($article_ids AS JSON) AS VARCHAR[])), unnest(CAST(CAST($fingerprints AS JSON) AS VARCHAR[]))
