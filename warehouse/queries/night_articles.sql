-- The articles that got their verdict in a run, in the order in which they were judged: by publication.
SELECT
    v.article_id,
    a.title,
    coalesce(a.publisher, s.name, a.site) AS outlet,
    a.language,
    a.url,
    a.access,
    v.relation,
    (SELECT list(t.topic_id ORDER BY t.weight DESC) FROM topic_hits t WHERE t.version_id = v.version_id) AS topics,
    v.original_id,
    o.title AS original_title,
    coalesce(o.publisher, os.name, o.site) AS original_outlet,
    k.share,
    k.other_share,
    v.adds_facts
FROM verdicts v
JOIN article_versions a ON a.version_id = v.version_id
LEFT JOIN source_list s ON s.source_id = a.source_id
LEFT JOIN kinships k ON k.version_id = v.version_id AND k.rank = 1
LEFT JOIN (
    SELECT article_id, arg_max(title, version) AS title, arg_max(publisher, version) AS publisher,
           arg_max(site, version) AS site, arg_max(source_id, version) AS source_id
    FROM article_versions
    GROUP BY article_id
) o ON o.article_id = v.original_id
LEFT JOIN source_list os ON os.source_id = o.source_id
WHERE v.run_id = $run_id AND a.origin <> 'seed'
ORDER BY coalesce(a.published_at, a.first_seen_at), a.fetched_at, a.version_id
