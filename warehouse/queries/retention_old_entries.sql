-- Entries that came to nothing and would be passed over as too old, should a feed still list them; oldest first.
SELECT entry_id
FROM entries
WHERE state = 'done' AND version_id IS NULL AND first_seen_at < $before AND published_at < $before
ORDER BY first_seen_at, entry_id
LIMIT $limit
