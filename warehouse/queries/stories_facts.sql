-- What is known on some storylines.
SELECT storyline_id, fact FROM storyline_facts WHERE storyline_id IN (SELECT unnest(string_split($storylines, ',')))
