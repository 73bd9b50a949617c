SELECT c.changed_at, c.source_id, coalesce(s.name, c.source_id) AS name, c.kind, c.before, c.after, c.evidence
FROM source_changes AS c
LEFT JOIN source_list AS s ON s.source_id = c.source_id
WHERE c.changed_at >= $since AND c.before IS NOT NULL
ORDER BY c.changed_at DESC, name, c.kind
LIMIT $most
