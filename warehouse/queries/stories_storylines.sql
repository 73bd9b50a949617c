-- Some storylines as they stand, with their last turn.
SELECT l.storyline_id, l.title, l.founder_id, l.first_at, l.last_at, l.state, l.stories, l.turns, l.entities,
       d.development_id, d.headline, d.happened_at
FROM storyline_list AS l
LEFT JOIN (
    SELECT storyline_id, development_id, headline, happened_at FROM development_list
    WHERE kind <> 'update'
    QUALIFY row_number() OVER (PARTITION BY storyline_id ORDER BY told_at DESC, happened_at DESC, development_id) = 1
) AS d ON d.storyline_id = l.storyline_id
WHERE l.storyline_id IN (SELECT unnest(string_split($storylines, ',')))
