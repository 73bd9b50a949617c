-- batch(source_id VARCHAR, feed_url VARCHAR, fetch_url VARCHAR, etag VARCHAR, last_modified VARCHAR, validators_lie BOOLEAN, state VARCHAR, evidence VARCHAR, since_at TIMESTAMPTZ, checked_at TIMESTAMPTZ, valid_at TIMESTAMPTZ, full_at TIMESTAMPTZ, body_hash VARCHAR, new_at TIMESTAMPTZ, newest_at TIMESTAMPTZ, interval_s DOUBLE, next_check_at TIMESTAMPTZ, failures DOUBLE, failing_since TIMESTAMPTZ, disabled_at TIMESTAMPTZ, moving_to VARCHAR, moving_since TIMESTAMPTZ, moves_ignored BOOLEAN, first_checked_at TIMESTAMPTZ, volume JSON)
INSERT INTO source_states BY NAME
SELECT * FROM batch
ON CONFLICT (source_id) DO UPDATE SET
    feed_url = excluded.feed_url,
    fetch_url = excluded.fetch_url,
    etag = excluded.etag,
    last_modified = excluded.last_modified,
    validators_lie = excluded.validators_lie,
    state = excluded.state,
    evidence = excluded.evidence,
    since_at = excluded.since_at,
    checked_at = excluded.checked_at,
    valid_at = excluded.valid_at,
    full_at = excluded.full_at,
    body_hash = excluded.body_hash,
    new_at = excluded.new_at,
    newest_at = excluded.newest_at,
    interval_s = excluded.interval_s,
    next_check_at = excluded.next_check_at,
    failures = excluded.failures,
    failing_since = excluded.failing_since,
    disabled_at = excluded.disabled_at,
    moving_to = excluded.moving_to,
    moving_since = excluded.moving_since,
    moves_ignored = excluded.moves_ignored,
    first_checked_at = excluded.first_checked_at,
    volume = excluded.volume
