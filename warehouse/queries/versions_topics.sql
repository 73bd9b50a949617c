-- batch(version_id VARCHAR)
SELECT topic_hits.version_id, list(DISTINCT topic_hits.topic_id ORDER BY topic_hits.topic_id)
FROM topic_hits
SEMI JOIN batch ON batch.version_id = topic_hits.version_id
GROUP BY topic_hits.version_id
