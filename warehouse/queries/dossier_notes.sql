-- What people wrote about a storyline and about the reports of its developments.
SELECT a.noted_at, a.kind, a.text, a.target_kind, a.target_id, a.title
FROM annotations AS a
WHERE (a.target_kind = 'storyline' AND a.target_id = $storyline_id)
   OR (a.target_kind = 'article' AND a.target_id IN (
           SELECT m.article_id
           FROM story_members AS m
           JOIN story_list AS s ON s.story_id = m.story_id
           WHERE s.storyline_id = $storyline_id
       ))
ORDER BY a.noted_at, a.annotation_id
