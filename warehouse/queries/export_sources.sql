-- Sources and how they are.
SELECT source_id, name, country, language, kind, homepage, feed_url, enabled, state, last_fetch_at, articles, copies
FROM sources
ORDER BY source_id
