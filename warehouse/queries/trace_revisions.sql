-- The revisions among an article's versions, each with the text before it.
SELECT
    n.version_id, o.version AS since, o.title AS old_title, o.text AS old_text, n.title AS new_title,
    n.text AS new_text
FROM article_versions AS n
INNER JOIN verdicts AS j ON j.version_id = n.version_id AND j.relation = 'revision'
INNER JOIN article_versions AS o ON o.article_id = n.article_id AND o.version < n.version AND o.text IS NOT NULL
WHERE n.text IS NOT NULL AND n.article_id IN (SELECT unnest($ids::VARCHAR[]))
QUALIFY row_number() OVER (PARTITION BY n.version_id ORDER BY o.version DESC) = 1
