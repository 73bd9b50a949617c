SELECT
    v.version_id, v.article_id, v.url, v.site, v.title, v.text, v.fetched_at, v.extractor, v.source_id, v.authors,
    v.published_at, v.published_certainty, v.modified_at, v.language, v.publisher, v.section, v.standfirst, v.captions,
    v.tables, v.links, v.access, v.access_reason, v.evidence, v.archive_file, v.archive_offset
FROM article_versions AS v
ANTI JOIN verdicts AS j ON j.version_id = v.version_id
WHERE v.origin <> 'seed'
ORDER BY coalesce(v.published_at, v.first_seen_at), v.fetched_at, v.article_id, v.version
LIMIT $limit
