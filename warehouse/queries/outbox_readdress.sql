-- batch(recipient_id VARCHAR, address VARCHAR)
UPDATE outbox_messages
SET address = batch.address
FROM batch, outbox_mails
WHERE outbox_mails.mail_id = outbox_messages.mail_id
  AND outbox_mails.recipient_id = batch.recipient_id
  AND outbox_mails.state = 'queued'
  AND outbox_messages.address <> batch.address
