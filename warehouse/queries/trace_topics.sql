SELECT version_id, topic_id, weight, terms, entities
FROM topic_hits
WHERE article_id IN (SELECT unnest($ids::VARCHAR[]))
ORDER BY version_id, weight DESC, topic_id
