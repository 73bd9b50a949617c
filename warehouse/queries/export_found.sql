-- The articles that a search found, in its order.
SELECT a.article_id, a.title, a.authors, a.outlet, a.url, a.published_at, a.dated_at, a.language, a.topics, a.standfirst,
       a.words, a.access, a.copies, a.story_id, a.fetched_at
FROM articles AS a
JOIN (SELECT unnest($ids) AS article_id, generate_subscripts($ids, 1) AS place) AS f ON f.article_id = a.article_id
ORDER BY f.place
