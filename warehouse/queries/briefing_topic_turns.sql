-- The developments of each topic that were told last.
SELECT topic_id, development_id
FROM (
    SELECT
        t.topic_id, d.development_id, d.told_at, d.weight,
        row_number() OVER (
            PARTITION BY t.topic_id ORDER BY d.told_at DESC, d.weight DESC, d.development_id
        ) AS place
    FROM development_list AS d, unnest(d.topics) AS t(topic_id)
    WHERE d.kind <> 'update'
) AS placed
WHERE place <= $most
ORDER BY topic_id, place
