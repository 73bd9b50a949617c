-- batch(topic_id VARCHAR, number INTEGER, first_day DATE, last_day DATE)
-- What the articles of a topic between two days were about: the storylines with most of them, the three largest.
SELECT b.topic_id, b.number, t.storyline_id, l.title, count(DISTINCT m.article_id) AS articles
FROM batch AS b
JOIN topic_hits AS h ON h.topic_id = b.topic_id
JOIN story_members AS m ON m.version_id = h.version_id
JOIN story_list AS t ON t.story_id = m.story_id
JOIN storyline_list AS l ON l.storyline_id = t.storyline_id
WHERE timezone($zone, m.member_at)::DATE BETWEEN b.first_day AND b.last_day AND m.role <> 'copy'
GROUP BY b.topic_id, b.number, t.storyline_id, l.title
QUALIFY row_number() OVER (PARTITION BY b.topic_id, b.number ORDER BY articles DESC, t.storyline_id) <= 3
ORDER BY b.topic_id, b.number, articles DESC, t.storyline_id
