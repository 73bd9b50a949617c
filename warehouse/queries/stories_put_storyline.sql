-- A storyline as it stands after tonight.
INSERT INTO storyline_list
VALUES ($storyline_id, $title, $founder_id, $run_id, $first_at, $last_at, $state, $stories, $turns, $entities)
ON CONFLICT (storyline_id) DO UPDATE SET
    title = excluded.title, last_at = excluded.last_at, state = excluded.state, stories = excluded.stories,
    turns = excluded.turns, entities = excluded.entities
