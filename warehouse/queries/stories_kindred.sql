-- What earlier stories are about, to find those that share heavy terms with tonight's; reference documents count however
-- old they are.
SELECT story_id, storyline_id, terms, weights
FROM story_terms
WHERE first_at >= $since OR story_id IN (SELECT story_id FROM story_list WHERE seed)
