-- Versions without a verdict, in the order in which they are to be judged.
SELECT c.version_id
FROM article_versions AS c
ANTI JOIN verdicts AS j ON j.version_id = c.version_id
WHERE c.origin <> 'seed'
ORDER BY coalesce(c.published_at, c.first_seen_at), c.fetched_at, c.article_id, c.version
LIMIT $limit
