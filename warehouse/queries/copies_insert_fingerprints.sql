-- Adds fingerprints; one that is known stays as it is.
INSERT OR IGNORE INTO copy_fingerprints (article_id, fingerprint)
SELECT unnest($article_ids::VARCHAR[]), unnest($fingerprints::JSON[])
