SELECT mail_id, recipient_id, message_id, phase, attempts, unsure_attempts
FROM outbox_mails
WHERE state = 'sending'
ORDER BY mail_id
