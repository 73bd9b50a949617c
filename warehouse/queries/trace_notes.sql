-- What people wrote about the articles, and about the storylines that hold them.
SELECT a.noted_at, a.target_kind, a.target_id, a.kind, a.text, a.title, a.annotation_id
FROM annotations AS a
WHERE (a.target_kind = 'article' AND a.target_id IN (SELECT unnest($ids)))
   OR (a.target_kind = 'storyline' AND a.target_id IN (
           SELECT s.storyline_id
           FROM story_members AS m
           JOIN story_list AS s ON s.story_id = m.story_id
           WHERE m.article_id IN (SELECT unnest($ids))
       ))
ORDER BY a.noted_at, a.annotation_id
