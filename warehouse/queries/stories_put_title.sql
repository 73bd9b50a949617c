-- Records that a storyline is called something else from now on; its first renaming records the founding name too.
INSERT INTO storyline_titles
SELECT storyline_id, 1, title, 1, run_id, first_at FROM storyline_list
WHERE storyline_id = $storyline_id
  AND NOT EXISTS (SELECT 1 FROM storyline_titles AS t WHERE t.storyline_id = $storyline_id)
UNION ALL
SELECT $storyline_id,
       1 + greatest(1, coalesce((SELECT max(version) FROM storyline_titles WHERE storyline_id = $storyline_id), 1)),
       $title, $stories, $run_id, $named_at
