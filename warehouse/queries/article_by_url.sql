SELECT article_id FROM article_versions WHERE url = $url ORDER BY fetched_at DESC, version DESC LIMIT 1
