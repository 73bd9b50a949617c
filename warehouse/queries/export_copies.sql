-- Copies with their originals.
SELECT article_id, title, outlet, url, published_at, language, relation, share, confidence, original_id, original_title,
       original_outlet, original_url, hours_after
FROM copies
ORDER BY dated_at DESC, article_id
