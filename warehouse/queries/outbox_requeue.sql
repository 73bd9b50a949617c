-- A person asked for it: the attempts start anew; how often it was unsure is kept.
UPDATE outbox_mails
SET state = 'queued', attempts = 0, next_try_at = NULL
WHERE list_contains($mail_ids::VARCHAR[], mail_id)
