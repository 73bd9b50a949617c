SELECT
    e.entry_id, e.source_id, coalesce(s.name, e.source_id) AS source, e.title, e.url, e.link, e.published_at,
    e.published_certainty, e.first_seen_at, e.first_run_id, e.state, e.attempts, e.next_try_at, e.version_id
FROM entries AS e
LEFT JOIN source_list AS s ON s.source_id = e.source_id
LEFT JOIN article_versions AS v ON v.version_id = e.version_id
WHERE e.article_id IN (SELECT unnest($ids::VARCHAR[]))
    OR v.article_id IN (SELECT unnest($ids::VARCHAR[]))
    OR e.link IN (SELECT unnest($urls::VARCHAR[]))
ORDER BY e.first_seen_at, e.entry_id
