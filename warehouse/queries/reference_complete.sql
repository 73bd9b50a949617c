-- batch(version_id VARCHAR, run_id VARCHAR, url VARCHAR, site VARCHAR, publisher VARCHAR, title VARCHAR, standfirst VARCHAR, authors VARCHAR[], published_at TIMESTAMPTZ, published_certainty VARCHAR, fetched_at TIMESTAMPTZ, language VARCHAR, text VARCHAR, captions VARCHAR[], words INTEGER, access VARCHAR, access_reason VARCHAR, evidence JSON, content_hash VARCHAR, extractor VARCHAR)
UPDATE article_versions
SET
    run_id = batch.run_id, url = batch.url, site = batch.site, publisher = batch.publisher, title = batch.title,
    standfirst = batch.standfirst, authors = batch.authors, published_at = batch.published_at,
    published_certainty = batch.published_certainty, fetched_at = batch.fetched_at, language = batch.language,
    text = batch.text, captions = batch.captions, words = batch.words, access = batch.access,
    access_reason = batch.access_reason, evidence = batch.evidence, content_hash = batch.content_hash,
    extractor = batch.extractor
FROM batch
WHERE article_versions.version_id = batch.version_id
