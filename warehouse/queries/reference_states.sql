-- batch(article_id VARCHAR)
SELECT
    article_versions.article_id, max(version), arg_max(content_hash, version),
    arg_max(text IS NOT NULL, version)
FROM article_versions
SEMI JOIN batch ON batch.article_id = article_versions.article_id
GROUP BY article_versions.article_id
