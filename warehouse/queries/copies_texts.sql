-- Of the given articles, the latest version with a text that was judged; the latest at all where none was yet. (A new
-- version is stored before it is judged: it must be compared with the one before it, not with itself.)
SELECT a.article_id, a.title, a.site, a.language, a.published_at, a.text, a.links
FROM article_versions AS a
LEFT JOIN verdicts AS v ON v.version_id = a.version_id
WHERE a.text IS NOT NULL AND a.article_id IN (SELECT unnest(CAST(CAST($article_ids AS JSON) AS VARCHAR[])))
QUALIFY row_number() OVER (PARTITION BY a.article_id ORDER BY v.version_id IS NOT NULL DESC, a.version DESC) = 1
