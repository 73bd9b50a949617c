-- Dates that end on a day or after it, of developments told by a moment; one row a storyline, days and kind: as the
-- latest development says it, and how many developments do.
SELECT first_day, last_day, kind, certainty, sentence, storyline_id, storyline_title, development_id, headline, topics,
       told_at, article_id, url, outlet, part_start, part_end,
       min(told_at) OVER same AS first_told_at, count(*) OVER same AS mentions
FROM dates_ahead
WHERE last_day >= $since AND ($storyline_id IS NULL OR storyline_id = $storyline_id)
WINDOW same AS (PARTITION BY storyline_id, first_day, last_day, kind)
QUALIFY row_number() OVER (
    PARTITION BY storyline_id, first_day, last_day, kind ORDER BY told_at DESC, development_id, article_id
) = 1
ORDER BY first_day, last_day, storyline_id, kind
