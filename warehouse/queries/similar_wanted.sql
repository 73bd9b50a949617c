SELECT DISTINCT article_id FROM article_versions WHERE article_id = $wanted OR url = $wanted ORDER BY article_id
