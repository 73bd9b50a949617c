INSERT INTO snapshot_info VALUES ($published_at, $stamp)
