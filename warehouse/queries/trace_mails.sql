SELECT development_id, recipient_id, role, mail_id, kind, night, state, sent_at, code, detail
FROM alerts
WHERE development_id IN (SELECT unnest($developments::VARCHAR[]))
ORDER BY planned_at, recipient_id, development_id
