-- Instant alerts first. An unsure mail without a time waits for a person.
SELECT mail_id, kind, recipient_id, subject, message_id, state, attempts, unsure_attempts, planned_at, next_try_at
FROM outbox_mails
WHERE (state = 'queued' AND (next_try_at IS NULL OR next_try_at <= $as_of::TIMESTAMPTZ))
   OR (state = 'unsure' AND next_try_at <= $as_of::TIMESTAMPTZ)
ORDER BY kind <> 'instant', planned_at, mail_id
