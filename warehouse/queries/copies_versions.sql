-- The versions of the given articles that may hold a text, the one to compare with first: the latest that was judged,
-- the latest at all where none was yet. (A new version is stored before it is judged: it must be compared with the one
-- before it, not with itself.) Verdicts are chosen before they are joined: a join of all would not fit into memory after
-- a year.
WITH given AS (SELECT unnest(CAST(CAST($article_ids AS JSON) AS VARCHAR[])) AS article_id)
SELECT a.article_id, a.version_id
FROM (SELECT * FROM article_versions SEMI JOIN given USING (article_id)) AS a
LEFT JOIN (SELECT version_id FROM verdicts SEMI JOIN given USING (article_id)) AS v ON v.version_id = a.version_id
WHERE a.text_in IS NULL
ORDER BY v.version_id IS NOT NULL DESC, a.version DESC
