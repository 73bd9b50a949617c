-- Some versions with their texts.
SELECT version_id, article_id, site, source_id, publisher, url, title, standfirst, text, language, published_at,
       published_certainty, first_seen_at
FROM article_versions
WHERE version_id IN (SELECT unnest(string_split($versions, ',')))
