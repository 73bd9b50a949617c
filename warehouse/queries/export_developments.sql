-- What was told as news, with its outlets.
SELECT d.development_id, d.kind, d.headline, d.happened_at, d.told_at, d.storyline_id, d.storyline_title, d.topics,
       d.entities, d.languages, d.weight, d.outlets, d.new_sentences, l.url
FROM developments AS d
LEFT JOIN (
    SELECT o.development_id, arg_min(v.url, o.position) AS url
    FROM development_outlets AS o
    JOIN article_versions AS v ON v.version_id = o.version_id
    GROUP BY o.development_id
) AS l ON l.development_id = d.development_id
WHERE d.kind <> 'update'
ORDER BY d.told_at DESC, d.weight DESC, d.development_id
