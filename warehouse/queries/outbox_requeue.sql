-- A person asked for it: the attempts start anew; how often it was unsure is kept.
UPDATE outbox_mails
SET state = 'queued', attempts = 0, next_try_at = NULL
WHERE (list_contains($states::VARCHAR[], state) OR (state = 'queued' AND next_try_at IS NOT NULL AND attempts > 0))
  AND ($mail_ids::VARCHAR[] IS NULL OR list_contains($mail_ids::VARCHAR[], mail_id))
RETURNING mail_id
