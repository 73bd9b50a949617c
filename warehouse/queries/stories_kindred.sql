-- Earlier stories that share heavy terms with tonight's, with the similarity of their vectors; reference documents
-- count however old they are.
SELECT q.story AS story, s.story_id, s.storyline_id, sum(q.weight * s.weight) AS similarity
FROM (SELECT unnest(string_split($stories, ','))::INTEGER AS story, unnest(string_split($terms, ','))::UINTEGER AS term,
             unnest(string_split($weights, ','))::DOUBLE AS weight) AS q
JOIN (SELECT story_id, storyline_id, unnest(terms) AS term, unnest(weights) AS weight
      FROM story_terms
      WHERE first_at >= $since OR story_id IN (SELECT story_id FROM story_list WHERE seed)) AS s ON s.term = q.term
GROUP BY q.story, s.story_id, s.storyline_id
HAVING sum(q.weight * s.weight) >= $least
