-- Dates ahead of the day on which the snapshot was published.
SELECT first_day, last_day, kind, certainty, sentence, storyline_title AS title, storyline_id, development_id, outlet, url
FROM dates_ahead
WHERE last_day >= (SELECT max(published_at) FROM snapshot_info)::DATE
ORDER BY first_day, storyline_id, kind, development_id, article_id
