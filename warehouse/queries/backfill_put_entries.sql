-- batch(entry_id VARCHAR, feed_url VARCHAR, entry_key VARCHAR, url VARCHAR, article_id VARCHAR, fingerprint VARCHAR, seen_at TIMESTAMPTZ, outcome VARCHAR, code VARCHAR)
INSERT INTO entries BY NAME
SELECT
    entry_id, $source_id AS source_id, feed_url, entry_key, url, entry_key AS link, article_id,
    '' AS title, '' AS summary, []::VARCHAR[] AS authors, []::VARCHAR[] AS categories,
    'none' AS published_certainty, fingerprint, seen_at AS first_seen_at, $run_id AS first_run_id,
    CASE WHEN outcome IS NULL THEN 'pending' ELSE 'done' END AS state
FROM batch
