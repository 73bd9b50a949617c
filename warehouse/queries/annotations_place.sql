-- batch(annotation_id VARCHAR, target_kind VARCHAR, target_id VARCHAR, founder_id VARCHAR, url_id VARCHAR)
-- What an annotation's target is called here: as it was, else by its address, else the storyline of the founding article.
SELECT b.annotation_id,
       CASE
           WHEN b.target_kind = 'article' AND NOT EXISTS (
               SELECT 1 FROM article_versions AS v WHERE v.article_id = b.target_id
           ) THEN coalesce(b.url_id, b.target_id)
           WHEN b.target_kind = 'storyline' AND NOT EXISTS (
               SELECT 1 FROM storyline_list AS l WHERE l.storyline_id = b.target_id
           ) THEN coalesce(f.storyline_id, b.target_id)
           ELSE b.target_id
       END AS target_id
FROM batch AS b
LEFT JOIN (
    SELECT m.article_id, arg_max(s.storyline_id, m.joined_at) AS storyline_id
    FROM story_members AS m
    JOIN story_list AS s ON s.story_id = m.story_id
    GROUP BY m.article_id
) AS f ON f.article_id = b.founder_id
