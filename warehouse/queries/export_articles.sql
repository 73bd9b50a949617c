-- Distinct articles, as one cites them.
SELECT article_id, title, authors, outlet, url, published_at, dated_at, language, topics, standfirst, words, access,
       copies, story_id, fetched_at
FROM articles
ORDER BY dated_at DESC, article_id
