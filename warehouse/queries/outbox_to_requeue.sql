SELECT mail_id
FROM outbox_mails
WHERE (list_contains($states::VARCHAR[], state) OR (state = 'queued' AND next_try_at IS NOT NULL AND attempts > 0))
  AND ($mail_ids::VARCHAR[] IS NULL OR list_contains($mail_ids::VARCHAR[], mail_id))
