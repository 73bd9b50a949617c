-- What was told, but for updates: of some storylines, of some stories, and of any since a time.
SELECT storyline_id, story_id, development_id, headline, happened_at, told_at
FROM development_list
WHERE kind <> 'update' AND (
    happened_at >= $since
    OR list_contains(string_split($storylines, ','), storyline_id)
    OR list_contains(string_split($stories, ','), story_id))
