-- Every development of a storyline, updates included, the earliest told first.
SELECT development_id, kind, headline, happened_at, told_at, weight, reasons, topics, languages, updates_id
FROM development_list
WHERE storyline_id = $storyline_id
ORDER BY told_at, happened_at, development_id
