-- Fingerprints of the given articles.
SELECT article_id, fingerprint FROM copy_fingerprints WHERE article_id IN (SELECT unnest(CAST(CAST($article_ids AS JSON) AS VARCHAR[])))
