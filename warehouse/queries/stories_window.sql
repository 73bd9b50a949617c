-- Reports of the stories around tonight, to compare tonight's with.
SELECT story_id, storyline_id, site, language, member_at, dated, terms
FROM article_terms
WHERE member_at BETWEEN $since AND $until
ORDER BY member_at, version_id
