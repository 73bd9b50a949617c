-- Stories that were told as developments of their own since a time.
SELECT story_id, max(happened_at) AS happened_at FROM development_list
WHERE kind <> 'update' AND happened_at >= $since
GROUP BY story_id
