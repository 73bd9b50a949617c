-- Versions that no story holds yet: judged reports, copies, revisions that add facts; and reference documents.
SELECT a.version_id, a.first_seen_at, v.relation, v.original_id, a.origin = 'seed' AS seed
FROM (
    SELECT version_id, origin, first_seen_at FROM article_versions
    WHERE first_seen_at <= $as_of AND version_id NOT IN (SELECT version_id FROM story_members)
) AS a
LEFT JOIN verdicts AS v ON v.version_id = a.version_id
WHERE a.origin = 'seed' OR (v.version_id IS NOT NULL AND (v.relation <> 'revision' OR coalesce(v.adds_facts, false)))
