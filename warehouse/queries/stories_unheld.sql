-- Versions that no story holds yet: judged reports, copies, revisions that add facts; and reference documents.
SELECT a.version_id, a.article_id, coalesce(v.relation, 'new') AS relation, v.original_id, a.site,
       coalesce(s.name, a.publisher, a.site) AS outlet, a.url, a.title, a.standfirst, a.text, a.language,
       a.published_at, a.published_certainty, a.first_seen_at, coalesce(t.topics, []) AS topics,
       coalesce(t.weight, 0.0) AS topic_weight, a.origin
FROM article_versions AS a
LEFT JOIN verdicts AS v ON v.version_id = a.version_id
LEFT JOIN source_list AS s ON s.source_id = a.source_id
LEFT JOIN (
    SELECT version_id, list(topic_id ORDER BY weight DESC, topic_id) AS topics, max(weight) AS weight
    FROM topic_hits GROUP BY version_id
) AS t ON t.version_id = a.version_id
WHERE NOT EXISTS (SELECT 1 FROM story_members AS m WHERE m.version_id = a.version_id)
  AND a.first_seen_at <= $as_of
  AND (a.origin = 'seed' OR (
      v.version_id IS NOT NULL
      AND (v.relation <> 'revision' OR coalesce(v.adds_facts, false))
      AND ($all_topics OR t.version_id IS NOT NULL)))
