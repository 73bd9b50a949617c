-- The articles that got their verdict in a run, in the order in which they were judged: by publication. What is wanted
-- of years of articles is chosen before it is joined.
WITH tonight AS MATERIALIZED (SELECT * FROM verdicts WHERE run_id = $run_id)
SELECT
    v.article_id,
    a.title,
    coalesce(a.publisher, s.name, a.site) AS outlet,
    a.language,
    a.url,
    a.access,
    v.relation,
    t.topics,
    v.original_id,
    o.title AS original_title,
    coalesce(o.publisher, os.name, o.site) AS original_outlet,
    k.share,
    k.other_share,
    v.adds_facts
FROM tonight v
JOIN article_versions a ON a.version_id = v.version_id
LEFT JOIN (
    SELECT version_id, list(topic_id ORDER BY weight DESC) AS topics
    FROM topic_hits
    WHERE version_id IN (SELECT version_id FROM tonight)
    GROUP BY version_id
) t ON t.version_id = v.version_id
LEFT JOIN source_list s ON s.source_id = a.source_id
LEFT JOIN kinships k ON k.version_id = v.version_id AND k.rank = 1
LEFT JOIN (
    SELECT article_id, arg_max(title, version) AS title, arg_max(publisher, version) AS publisher,
           arg_max(site, version) AS site, arg_max(source_id, version) AS source_id
    FROM article_versions
    WHERE article_id IN (SELECT original_id FROM tonight)
    GROUP BY article_id
) o ON o.article_id = v.original_id
LEFT JOIN source_list os ON os.source_id = o.source_id
WHERE a.origin <> 'seed'
ORDER BY coalesce(a.published_at, a.first_seen_at), a.fetched_at, a.version_id
