-- batch(entry_id VARCHAR, feed_url VARCHAR, entry_key VARCHAR, url VARCHAR, article_id VARCHAR, fingerprint VARCHAR, seen_at TIMESTAMPTZ, outcome VARCHAR, code VARCHAR)
INSERT INTO run_entries BY NAME
SELECT $run_id AS run_id, entry_id, 'new' AS taken_as
FROM batch
