-- Some storylines as they stand.
SELECT storyline_id, title, founder_id, first_at, last_at, state, stories, turns, entities
FROM storyline_list
WHERE storyline_id IN (SELECT unnest(string_split($storylines, ',')))
