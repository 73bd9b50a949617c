-- batch(storyline_id VARCHAR)
-- The most named of each storyline, and in how many articles of each day.
WITH days AS (
    SELECT
        e.storyline_id, e.entity, timezone($zone, e.mentioned_at)::DATE AS day, count(DISTINCT e.article_id) AS articles,
        bool_or(e.listed) AS listed
    FROM batch AS b
    JOIN entity_mentions AS e ON e.storyline_id = b.storyline_id
    GROUP BY ALL
), ranked AS (
    SELECT
        storyline_id, entity,
        row_number() OVER (
            PARTITION BY storyline_id ORDER BY bool_or(listed) DESC, sum(articles) DESC, min(day), entity
        ) AS place
    FROM days
    GROUP BY storyline_id, entity
)
SELECT d.storyline_id, r.place, d.entity, d.day, d.articles
FROM days AS d
JOIN ranked AS r ON r.storyline_id = d.storyline_id AND r.entity = d.entity
WHERE r.place <= $most
ORDER BY d.storyline_id, r.place, d.day
