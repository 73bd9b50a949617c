-- The given versions, one parameter each: constants are looked up by the primary key, and no text is read in vain.
SELECT version_id, article_id, title, site, language, published_at, text, links
FROM article_versions
WHERE version_id IN ($version_ids)
