SELECT
    v.version_id, v.version, v.origin, v.url, v.title, v.published_at, v.published_certainty, v.fetched_at, v.language,
    v.words, v.access, v.access_reason, v.extractor, v.evidence, v.archive_file, v.archive_offset, v.text_in,
    j.relation, j.original_id, j.adds_facts, j.reasons, j.judged_at, j.run_id AS judged_in
FROM article_versions AS v
LEFT JOIN verdicts AS j ON j.version_id = v.version_id
WHERE v.article_id IN (SELECT unnest($ids::VARCHAR[]))
ORDER BY v.article_id, v.version
