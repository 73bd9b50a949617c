-- batch(entry_id VARCHAR, url VARCHAR, link VARCHAR, article_id VARCHAR, title VARCHAR, summary VARCHAR, authors VARCHAR[], categories VARCHAR[], content_html VARCHAR, published_at TIMESTAMPTZ, published_certainty VARCHAR, updated_at TIMESTAMPTZ, language VARCHAR, fingerprint VARCHAR, state VARCHAR)
UPDATE entries
SET url = batch.url,
    link = batch.link,
    article_id = batch.article_id,
    title = batch.title,
    summary = batch.summary,
    authors = batch.authors,
    categories = batch.categories,
    content_html = batch.content_html,
    published_at = batch.published_at,
    published_certainty = batch.published_certainty,
    updated_at = batch.updated_at,
    language = batch.language,
    fingerprint = batch.fingerprint,
    state = batch.state,
    attempts = 0,
    next_try_at = NULL
FROM batch
WHERE entries.entry_id = batch.entry_id
