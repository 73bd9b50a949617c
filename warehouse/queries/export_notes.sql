-- What people wrote.
SELECT noted_at, kind, text, target_kind, target_id, title, url
FROM annotations
ORDER BY noted_at, annotation_id
