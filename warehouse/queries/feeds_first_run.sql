-- When this house began, and of a snapshot when it was published.
SELECT (SELECT min(as_of) FROM runs) AS began_at, (SELECT max(published_at) FROM snapshot_info) AS published_at
