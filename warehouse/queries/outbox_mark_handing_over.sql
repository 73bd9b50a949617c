UPDATE outbox_mails SET phase = 'handing-over' WHERE mail_id = $mail_id AND state = 'sending'
