-- Who is named on some storylines: in which stories, how often.
SELECT storyline_id, entity, list(DISTINCT story_id) AS stories, sum(mentions)::INTEGER AS mentions,
       bool_or(listed) AS listed
FROM entity_mentions
WHERE storyline_id IN (SELECT unnest(string_split($storylines, ',')))
GROUP BY storyline_id, entity
