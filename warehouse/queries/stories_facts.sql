-- What is known on some storylines.
SELECT storyline_id, flatten(list(facts)) AS facts FROM storyline_facts
WHERE storyline_id IN (SELECT unnest(string_split($storylines, ',')))
GROUP BY storyline_id
