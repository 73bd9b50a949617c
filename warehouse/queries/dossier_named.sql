-- Storylines with turns whose title holds all of the words, or those of the given ids.
SELECT storyline_id, title
FROM storyline_list
WHERE (len($ids) > 0 AND storyline_id IN (SELECT unnest($ids)))
   OR (len($ids) = 0 AND len($words) > 0 AND turns > 0
       AND list_bool_and([contains(lower(strip_accents(title)), word) FOR word IN $words]))
ORDER BY last_at DESC, storyline_id
LIMIT 50
