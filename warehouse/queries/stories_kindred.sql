-- What earlier stories are about, to find those that share heavy terms with tonight's; reference documents count however
-- old they are (no time).
SELECT t.story_id, t.storyline_id, CASE WHEN s.story_id IS NULL THEN epoch_us(t.first_at) END AS first_us, t.terms,
       t.weights
FROM story_terms AS t
LEFT JOIN (SELECT story_id FROM story_list WHERE seed) AS s ON s.story_id = t.story_id
WHERE t.first_at >= $since OR s.story_id IS NOT NULL
