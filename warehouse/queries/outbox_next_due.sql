SELECT count(*), min(next_try_at)
FROM outbox_mails
WHERE state IN ('queued', 'unsure') AND next_try_at > $as_of::TIMESTAMPTZ
