DELETE FROM outbox_messages
WHERE mail_id IN (SELECT mail_id FROM outbox_mails WHERE state = 'sent' AND sent_at < $before::TIMESTAMPTZ)
