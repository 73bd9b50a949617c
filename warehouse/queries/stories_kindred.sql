-- Earlier stories that share heavy terms with tonight's, with the similarity of their vectors.
SELECT q.story AS story, s.story_id, s.storyline_id, sum(q.weight * s.weight) AS similarity
FROM (SELECT unnest(string_split($stories, ','))::INTEGER AS story, unnest(string_split($terms, ','))::UINTEGER AS term,
           unnest(string_split($weights, ','))::DOUBLE AS weight) AS q
JOIN story_terms AS s ON s.term = q.term
WHERE s.first_at >= $since
GROUP BY q.story, s.story_id, s.storyline_id
HAVING sum(q.weight * s.weight) >= $least
ORDER BY q.story, similarity DESC, s.story_id
