-- batch(version_id VARCHAR)
-- Some versions in full. Chosen by row id first: texts are read of the chosen rows only, however large the table is. The
-- version is asked for too: inside of a transaction on a lake, a new row may have the row id of a stored one.
WITH chosen AS MATERIALIZED (
    SELECT c.rowid AS place, c.version_id FROM article_versions AS c WHERE c.version_id IN ($keys)
)
SELECT
    v.version_id, v.article_id, v.url, v.site, v.title, v.text, v.fetched_at, v.extractor, v.source_id, v.authors,
    v.published_at, v.published_certainty, v.modified_at, v.language, v.publisher, v.section, v.standfirst, v.captions,
    v.tables, v.links, v.access, v.access_reason, v.evidence, v.archive_file, v.archive_offset
FROM article_versions AS v
WHERE v.rowid IN (SELECT place FROM chosen) AND v.version_id IN (SELECT version_id FROM chosen)
