-- The days on which judged, on-topic articles came up that no story holds yet.
SELECT DISTINCT date_trunc('day', a.first_seen_at)::TIMESTAMPTZ AS day
FROM article_versions a
JOIN verdicts v ON v.version_id = a.version_id
WHERE NOT EXISTS (SELECT 1 FROM story_members m WHERE m.version_id = a.version_id)
ORDER BY day
