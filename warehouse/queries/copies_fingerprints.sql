-- Fingerprints of the given articles.
SELECT article_id, fingerprint FROM copy_fingerprints WHERE article_id IN (SELECT unnest($article_ids::VARCHAR[]))
