SELECT
    entry_id, source_id, feed_url, entry_key, url, link, title, summary, authors, categories, content_html,
    published_at, published_certainty, updated_at, language, attempts, first_seen_at
FROM entries
WHERE state = 'pending' AND (next_try_at IS NULL OR next_try_at <= $as_of)
ORDER BY first_seen_at, coalesce(published_at, first_seen_at) DESC, entry_id
LIMIT $limit
