-- The topics of some versions.
SELECT version_id, topic_id, weight FROM topic_hits
WHERE version_id IN (SELECT unnest(string_split($versions, ',')))
