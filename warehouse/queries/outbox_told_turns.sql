-- The story so far: turns that were told on the storylines, mailed or not.
SELECT storyline_id, development_id, headline, happened_at
FROM development_list
WHERE storyline_id IN (SELECT unnest($storyline_ids::VARCHAR[])) AND kind IN ('first', 'turn')
ORDER BY happened_at, development_id
