-- Reports of the stories around tonight, to compare tonight's with.
SELECT t.story_id, l.storyline_id, t.site, t.language, t.member_at, t.dated, t.terms
FROM article_terms AS t
JOIN story_list AS l ON l.story_id = t.story_id
WHERE t.member_at BETWEEN $since AND $until
ORDER BY t.member_at, t.version_id
