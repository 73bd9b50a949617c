-- Reports that splits and merges concerned, with the story that each counts as since.
SELECT version_id, story_id, acted_at FROM story_act_members
