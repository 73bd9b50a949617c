SELECT run_id, kind, url, final_url, status, code, bytes, elapsed_s, fetched_at, archive_file, archive_offset
FROM fetches
WHERE kind = 'page'
    AND (url IN (SELECT unnest($urls::VARCHAR[])) OR final_url IN (SELECT unnest($urls::VARCHAR[])))
ORDER BY fetched_at, fetch_id
