-- What is known of each source between two nights (extractors/feeds/state.py), and a log of what changed.

CREATE TABLE source_states (
    source_id        VARCHAR PRIMARY KEY,
    feed_url         VARCHAR NOT NULL,
    fetch_url        VARCHAR,
    etag             VARCHAR,
    last_modified    VARCHAR,
    validators_lie   BOOLEAN NOT NULL,
    state            VARCHAR,
    evidence         VARCHAR NOT NULL,
    since_at         TIMESTAMPTZ,
    checked_at       TIMESTAMPTZ,
    valid_at         TIMESTAMPTZ,
    full_at          TIMESTAMPTZ,
    body_hash        VARCHAR,
    new_at           TIMESTAMPTZ,
    newest_at        TIMESTAMPTZ,
    interval_s       DOUBLE NOT NULL,
    next_check_at    TIMESTAMPTZ,
    failures         DOUBLE NOT NULL,
    failing_since    TIMESTAMPTZ,
    disabled_at      TIMESTAMPTZ,
    moving_to        VARCHAR,
    moving_since     TIMESTAMPTZ,
    moves_ignored    BOOLEAN NOT NULL,
    first_checked_at TIMESTAMPTZ,
    volume           JSON NOT NULL
);

CREATE TABLE source_changes (
    source_id  VARCHAR NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL,
    kind       VARCHAR NOT NULL,
    before     VARCHAR,
    after      VARCHAR,
    evidence   VARCHAR NOT NULL
);

COMMENT ON TABLE source_states IS 'The state of every source after its last check, with the evidence. One row a source.';
COMMENT ON COLUMN source_states.source_id IS 'Id of the source, as configured.';
COMMENT ON COLUMN source_states.feed_url IS 'Private: address of the feed, as configured; it may carry a subscriber''s key.';
COMMENT ON COLUMN source_states.fetch_url IS 'Private: where the feed is fetched since it moved; NULL: at feed_url.';
COMMENT ON COLUMN source_states.etag IS 'Private: validator of the last readable answer, exactly as received.';
COMMENT ON COLUMN source_states.last_modified IS 'Private: validator of the last readable answer, exactly as received.';
COMMENT ON COLUMN source_states.validators_lie IS 'Whether the server was caught saying "not modified" although something was; then it is asked in full.';
COMMENT ON COLUMN source_states.state IS 'ok, not-modified, empty, stale, blocked, gone, broken or moved.';
COMMENT ON COLUMN source_states.evidence IS 'Why, in a sentence.';
COMMENT ON COLUMN source_states.since_at IS 'Since when it is in that state.';
COMMENT ON COLUMN source_states.checked_at IS 'Last check.';
COMMENT ON COLUMN source_states.valid_at IS 'Last valid answer.';
COMMENT ON COLUMN source_states.full_at IS 'Last valid answer that was fetched in full.';
COMMENT ON COLUMN source_states.body_hash IS 'Private: digest of the last full answer.';
COMMENT ON COLUMN source_states.new_at IS 'Last check that brought a new entry.';
COMMENT ON COLUMN source_states.newest_at IS 'Latest plausible publication time ever seen in it.';
COMMENT ON COLUMN source_states.interval_s IS 'Seconds between checks that its own rhythm suggests.';
COMMENT ON COLUMN source_states.next_check_at IS 'Not asked again before this time.';
COMMENT ON COLUMN source_states.failures IS 'Weighed sum of failures since the last valid answer: soft ones count 1, hard ones 3.';
COMMENT ON COLUMN source_states.failing_since IS 'First failure since the last valid answer.';
COMMENT ON COLUMN source_states.disabled_at IS 'When it had failed so often that it is tried monthly only.';
COMMENT ON COLUMN source_states.moving_to IS 'Private: where its permanent redirects lead, before they are followed for good.';
COMMENT ON COLUMN source_states.moving_since IS 'Since when they lead there without a break.';
COMMENT ON COLUMN source_states.moves_ignored IS 'Whether an operator undid a move: redirects then change its address no more.';
COMMENT ON COLUMN source_states.first_checked_at IS 'First check ever.';
COMMENT ON COLUMN source_states.volume IS 'New entries by day, oldest first, five weeks: [["2026-09-01", 12], ...].';
COMMENT ON TABLE source_changes IS 'What changed about a source, when and why. One row a change.';
COMMENT ON COLUMN source_changes.source_id IS 'Id of the source.';
COMMENT ON COLUMN source_changes.changed_at IS 'Clock of the check that found it.';
COMMENT ON COLUMN source_changes.kind IS 'state, moved (its address was rewritten), disabled, enabled, volume (unusually few entries), lying (its "not modified" is not to be trusted).';
COMMENT ON COLUMN source_changes.before IS 'State or host before; NULL at the first check.';
COMMENT ON COLUMN source_changes.after IS 'State or host after.';
COMMENT ON COLUMN source_changes.evidence IS 'Why, in a sentence.';
