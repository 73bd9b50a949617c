-- The development that is open on each of some stories: the last one told of it that was no update.
SELECT story_id, development_id, headline, happened_at, told_at, reasons FROM development_list
WHERE kind <> 'update' AND story_id IN (SELECT unnest(string_split($stories, ',')))
QUALIFY row_number() OVER (PARTITION BY story_id ORDER BY told_at DESC, happened_at DESC, development_id) = 1
