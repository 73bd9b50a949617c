-- The documents with the rows where their versions stand, which only a snapshot can know: rows move where rows are written.
SELECT d.* REPLACE (v.rowid AS place)
FROM search_docs AS d
JOIN article_versions AS v ON v.article_id = d.article_id AND v.version = d.version
ORDER BY d.doc
