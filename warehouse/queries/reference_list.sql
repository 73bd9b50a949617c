-- Reference articles, each in its latest version.
SELECT
    article_id, title, publisher, published_at, published_certainty, language, words, access,
    text IS NOT NULL AS has_text, url, first_seen_at AS added_at
FROM article_versions
WHERE origin = 'seed'
QUALIFY row_number() OVER (PARTITION BY article_id ORDER BY version DESC) = 1
ORDER BY published_at NULLS LAST, title, article_id
