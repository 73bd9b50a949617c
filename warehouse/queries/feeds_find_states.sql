SELECT
    source_id, feed_url, fetch_url, etag, last_modified, validators_lie, state, evidence, since_at, checked_at,
    valid_at, full_at, body_hash, new_at, newest_at, interval_s, next_check_at, failures, failing_since, disabled_at,
    moving_to, moving_since, moves_ignored, first_checked_at, volume
FROM source_states
ORDER BY source_id
