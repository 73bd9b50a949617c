-- batch(version_id VARCHAR)
-- Which of these first versions are known: by the primary key, and with them every article that is.
SELECT article_versions.article_id
FROM article_versions
WHERE article_versions.version_id IN ($keys)
