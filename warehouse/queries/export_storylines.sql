-- Storylines, the latest news first.
SELECT storyline_id, title, state, first_at, last_at, stories, turns, entities
FROM storylines
ORDER BY last_at DESC, storyline_id
