-- Some versions with their texts. Their rows are found first, so that no other text is read. (The version is asked for
-- too: on a lake, a new row may have the row id of a stored one.)
WITH wanted AS MATERIALIZED (SELECT unnest(string_split($versions, ',')) AS version_id),
found AS MATERIALIZED (
    SELECT a.rowid AS place FROM article_versions AS a SEMI JOIN wanted AS w ON w.version_id = a.version_id
)
SELECT version_id, article_id, site, source_id, publisher, url, title, standfirst, text, language, published_at,
       published_certainty, first_seen_at
FROM article_versions
WHERE rowid IN (SELECT place FROM found) AND version_id IN (SELECT version_id FROM wanted)
