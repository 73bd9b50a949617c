-- Reports of the stories around tonight, to compare tonight's with; each with the story that it was told as. A number
-- for the time: the driver takes long for times.
SELECT story_id, storyline_id, site, language, epoch_us(member_at) AS member_us, dated, terms, version_id
FROM article_terms
WHERE member_at BETWEEN $since AND $until
