SELECT file, origin, code, text, expires_at
FROM site_files
WHERE expires_at > $now
