-- The versions of the given articles that may hold a text, the one to compare with first: the latest that was judged,
-- the latest at all where none was yet. (A new version is stored before it is judged: it must be compared with the one
-- before it, not with itself.)
SELECT a.article_id, a.version_id
FROM article_versions AS a
LEFT JOIN verdicts AS v ON v.version_id = a.version_id
WHERE a.text_in IS NULL AND a.article_id IN (SELECT unnest(CAST(CAST($article_ids AS JSON) AS VARCHAR[])))
ORDER BY v.version_id IS NOT NULL DESC, a.version DESC
