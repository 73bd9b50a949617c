-- batch(origin VARCHAR, file VARCHAR)
DELETE FROM site_files
WHERE expires_at <= $now
   OR (origin, file) IN (SELECT (origin, file) FROM batch)
