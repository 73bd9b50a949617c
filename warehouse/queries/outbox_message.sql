SELECT address, message FROM outbox_messages WHERE mail_id = $mail_id
