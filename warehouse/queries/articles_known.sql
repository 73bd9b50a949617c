-- batch(article_id VARCHAR)
SELECT DISTINCT entries.article_id
FROM entries
SEMI JOIN batch ON batch.article_id = entries.article_id
UNION
SELECT DISTINCT article_versions.article_id
FROM article_versions
SEMI JOIN batch ON batch.article_id = article_versions.article_id
