UPDATE outbox_mails
SET state = 'sending', phase = 'talking', attempts = attempts + 1, sending_at = $at::TIMESTAMPTZ, next_try_at = NULL
WHERE mail_id = $mail_id AND state IN ('queued', 'unsure')
