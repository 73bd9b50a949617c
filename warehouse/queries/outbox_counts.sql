SELECT state, count(*) FROM outbox_mails GROUP BY state ORDER BY state
