-- One version of an article, as it was read.
SELECT
    v.version_id, v.article_id, v.url, v.site, v.title, coalesce(v.text, held.text) AS text, v.fetched_at, v.extractor,
    v.source_id, v.authors, v.published_at, v.published_certainty, v.modified_at, v.language, v.publisher, v.section,
    v.standfirst, v.captions, v.tables, v.links, v.access, v.access_reason, v.evidence, v.archive_file, v.archive_offset
FROM article_versions AS v
LEFT JOIN article_versions AS held ON held.version_id = v.text_in
WHERE v.version_id = $version_id
