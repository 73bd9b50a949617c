SELECT target_kind, target_id, noted_at, kind, text
FROM annotations
WHERE target_kind IN ('article', 'storyline')
ORDER BY target_kind, target_id, noted_at, kind, text
