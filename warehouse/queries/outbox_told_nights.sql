SELECT DISTINCT recipient_id, night
FROM outbox_mails
WHERE kind <> 'operator' AND night >= $since::DATE
