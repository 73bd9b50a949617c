-- batch(fetch_id VARCHAR)
SELECT fetches.fetch_id
FROM fetches
SEMI JOIN batch ON batch.fetch_id = fetches.fetch_id
