-- The latest version with a text of the given articles.
SELECT article_id, version, title, site, language, published_at, first_seen_at, text, links, content_hash
FROM article_versions
WHERE text IS NOT NULL AND article_id IN (SELECT unnest(CAST(CAST($article_ids AS JSON) AS VARCHAR[])))
QUALIFY row_number() OVER (PARTITION BY article_id ORDER BY version DESC) = 1
