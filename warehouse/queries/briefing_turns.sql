-- batch(development_id VARCHAR)
-- Developments with their place among the developments of their storyline (from 1, the earliest told).
SELECT
    d.development_id, d.kind, d.headline, d.happened_at, d.told_at, d.weight, d.reasons, d.topics, d.entities,
    d.languages, d.story_id, d.storyline_id, d.storyline_title, d.updates_id, d.number, d.turns,
    p.headline AS previous_headline, p.happened_at AS previous_at
FROM batch AS b
JOIN (
    SELECT
        *,
        row_number() OVER (PARTITION BY storyline_id ORDER BY told_at, happened_at, development_id) AS number,
        count(*) OVER (PARTITION BY storyline_id) AS turns
    FROM development_list
) AS d ON d.development_id = b.development_id
LEFT JOIN development_list AS p ON p.development_id = d.previous_id
