-- Only mails that are threaded under the storyline: a digest led by another one is not a turn of this conversation.
SELECT recipient_id, thread_id, message_id
FROM outbox_mails
WHERE thread_id IN (SELECT unnest($storyline_ids::VARCHAR[])) AND state <> 'failed'
ORDER BY planned_at, mail_id
