-- When each development was told, since a moment.
SELECT development_id, told_at FROM development_list WHERE told_at >= $since
