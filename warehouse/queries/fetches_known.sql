-- batch(fetch_id VARCHAR)
SELECT fetches.fetch_id
FROM fetches
WHERE fetches.fetch_id IN ($keys)
