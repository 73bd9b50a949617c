-- What was told, but for updates: of some storylines, of some stories, and of any since a time.
SELECT d.storyline_id, d.story_id, d.development_id, d.headline, d.happened_at, d.told_at
FROM development_list AS d
LEFT JOIN (SELECT unnest(string_split($storylines, ',')) AS wanted) AS l ON l.wanted = d.storyline_id
LEFT JOIN (SELECT unnest(string_split($stories, ',')) AS wanted) AS s ON s.wanted = d.story_id
WHERE d.kind <> 'update' AND (d.happened_at >= $since OR l.wanted IS NOT NULL OR s.wanted IS NOT NULL)
