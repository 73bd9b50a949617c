-- batch(entry_id VARCHAR, feed_url VARCHAR, entry_key VARCHAR, url VARCHAR, article_id VARCHAR, fingerprint VARCHAR, seen_at TIMESTAMPTZ, outcome VARCHAR, code VARCHAR)
INSERT INTO entry_outcomes BY NAME
SELECT $run_id AS run_id, entry_id, outcome, code, article_id, seen_at AS happened_at
FROM batch
WHERE outcome IS NOT NULL
