-- batch(doc UINTEGER, place BIGINT, title_words USMALLINT, text_words UINTEGER)
INSERT INTO search_docs
SELECT
    b.doc, v.article_id, v.version, b.title_words, b.text_words, v.language, v.source_id, v.site,
    coalesce(h.topics, ''), coalesce(v.published_at, v.first_seen_at), NULL
FROM batch AS b
JOIN article_versions AS v ON v.rowid = b.place
LEFT JOIN (
    SELECT version_id, string_agg(topic_id, ',' ORDER BY weight DESC, topic_id) AS topics FROM topic_hits GROUP BY version_id
) AS h ON h.version_id = v.version_id
ORDER BY b.doc
