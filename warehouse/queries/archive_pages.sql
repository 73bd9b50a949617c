SELECT
    f.url, coalesce(f.final_url, f.url), f.source_id, f.fetched_at, f.archive_file, f.archive_offset, v.article_id,
    v.extractor
FROM fetches AS f
LEFT JOIN article_versions AS v ON v.archive_file = f.archive_file AND v.archive_offset = f.archive_offset
WHERE f.kind = 'page'
    AND f.archive_file IS NOT NULL
    AND ($since::TIMESTAMPTZ IS NULL OR f.fetched_at >= $since)
    AND ($until::TIMESTAMPTZ IS NULL OR f.fetched_at < $until)
    AND ($not_read_by::VARCHAR IS NULL OR v.extractor IS DISTINCT FROM $not_read_by)
ORDER BY f.archive_file, f.archive_offset
