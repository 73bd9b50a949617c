-- batch(source_id VARCHAR, feed_url VARCHAR, fetch_url VARCHAR, etag VARCHAR, last_modified VARCHAR, validators_lie BOOLEAN, state VARCHAR, evidence VARCHAR, since_at TIMESTAMPTZ, checked_at TIMESTAMPTZ, valid_at TIMESTAMPTZ, full_at TIMESTAMPTZ, body_hash VARCHAR, new_at TIMESTAMPTZ, newest_at TIMESTAMPTZ, interval_s DOUBLE, next_check_at TIMESTAMPTZ, failures DOUBLE, failing_since TIMESTAMPTZ, disabled_at TIMESTAMPTZ, moving_to VARCHAR, moving_since TIMESTAMPTZ, moves_ignored BOOLEAN, first_checked_at TIMESTAMPTZ, volume JSON)
MERGE INTO source_states
USING batch ON source_states.source_id = batch.source_id
WHEN MATCHED THEN UPDATE SET
    feed_url = batch.feed_url,
    fetch_url = batch.fetch_url,
    etag = batch.etag,
    last_modified = batch.last_modified,
    validators_lie = batch.validators_lie,
    state = batch.state,
    evidence = batch.evidence,
    since_at = batch.since_at,
    checked_at = batch.checked_at,
    valid_at = batch.valid_at,
    full_at = batch.full_at,
    body_hash = batch.body_hash,
    new_at = batch.new_at,
    newest_at = batch.newest_at,
    interval_s = batch.interval_s,
    next_check_at = batch.next_check_at,
    failures = batch.failures,
    failing_since = batch.failing_since,
    disabled_at = batch.disabled_at,
    moving_to = batch.moving_to,
    moving_since = batch.moving_since,
    moves_ignored = batch.moves_ignored,
    first_checked_at = batch.first_checked_at,
    volume = batch.volume
WHEN NOT MATCHED THEN INSERT BY NAME
