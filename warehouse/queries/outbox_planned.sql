-- batch(mail_id VARCHAR)
SELECT mail_id FROM outbox_mails SEMI JOIN batch USING (mail_id)
