SELECT
    m.mail_id, m.kind, m.recipient_id, m.night, m.subject, m.message_id, m.thread_id, m.state, m.attempts,
    m.unsure_attempts, m.planned_at, m.next_try_at, m.sent_at, m.code, m.detail, m.run_id,
    (SELECT count(*) FROM outbox_items AS i WHERE i.mail_id = m.mail_id) AS developments
FROM outbox_mails AS m
WHERE ($run_id::VARCHAR IS NULL OR m.run_id = $run_id)
  AND ($states::VARCHAR[] IS NULL OR list_contains($states::VARCHAR[], m.state))
ORDER BY m.planned_at DESC, m.kind, m.recipient_id, m.mail_id
LIMIT $most::BIGINT
