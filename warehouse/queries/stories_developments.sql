-- Developments told in a run, or since a time (NULL: no limit).
SELECT d.development_id, d.story_id, d.storyline_id, d.storyline_title, d.kind, d.headline, d.happened_at, d.weight,
       d.reasons, d.topics, d.entities, d.languages, d.previous_id, p.headline AS previous_headline,
       p.happened_at AS previous_at, d.updates_id
FROM development_list AS d
LEFT JOIN development_list AS p ON p.development_id = d.previous_id
WHERE ($run_id IS NULL OR d.run_id = $run_id) AND ($since IS NULL OR d.told_at >= $since)
ORDER BY d.weight DESC, d.happened_at, d.development_id
