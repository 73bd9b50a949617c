UPDATE outbox_mails
SET state = $state,
    phase = NULL,
    unsure_attempts = unsure_attempts + ($ended = 'unsure')::INTEGER,
    next_try_at = $next_try_at::TIMESTAMPTZ,
    sent_at = CASE WHEN $ended = 'sent' THEN $at::TIMESTAMPTZ END,
    code = $code,
    detail = $detail
WHERE mail_id = $mail_id AND state = 'sending'
