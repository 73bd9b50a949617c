-- batch(day DATE)
-- Ids of what was told on the given days, the weightiest first; updates after the rest.
SELECT b.day, d.development_id
FROM batch AS b
JOIN development_list AS d ON timezone($zone, d.told_at)::DATE = b.day
ORDER BY b.day, d.kind = 'update', d.weight DESC, d.happened_at, d.development_id
