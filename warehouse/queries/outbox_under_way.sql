SELECT attempts, sending_at FROM outbox_mails WHERE mail_id = $mail_id AND state = 'sending'
