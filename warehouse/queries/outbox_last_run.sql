SELECT run_id FROM outbox_mails ORDER BY planned_at DESC, mail_id LIMIT 1
