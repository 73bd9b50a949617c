-- batch(doc UINTEGER, place BIGINT, title_words USMALLINT, text_words UINTEGER)
INSERT INTO search_docs
WITH fresh AS MATERIALIZED (
    SELECT
        b.doc, v.version_id, v.article_id, v.version, b.title_words, b.text_words, v.language, v.source_id, v.site,
        coalesce(v.published_at, v.first_seen_at) AS dated_at
    FROM batch AS b
    JOIN article_versions AS v ON v.rowid = b.place
)
SELECT
    f.doc, f.article_id, f.version, f.title_words, f.text_words, f.language, f.source_id, f.site,
    coalesce(h.topics, ''), f.dated_at, NULL
FROM fresh AS f
LEFT JOIN (
    SELECT t.version_id, string_agg(t.topic_id, ',' ORDER BY t.weight DESC, t.topic_id) AS topics
    FROM topic_hits AS t
    SEMI JOIN fresh ON fresh.version_id = t.version_id
    GROUP BY t.version_id
) AS h ON h.version_id = f.version_id
ORDER BY f.doc
