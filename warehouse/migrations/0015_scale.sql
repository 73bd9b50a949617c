-- What a backfill has dealt with, so that one that was stopped goes on where it was.

CREATE TABLE backfill_parts (
    file      VARCHAR NOT NULL,
    bytes     BIGINT NOT NULL,
    start     BIGINT NOT NULL,
    since     VARCHAR NOT NULL,
    until     VARCHAR NOT NULL,
    pages     INTEGER NOT NULL,
    run_id    VARCHAR NOT NULL,
    done_at   TIMESTAMPTZ NOT NULL
);

COMMENT ON TABLE backfill_parts IS 'Private: parts of archive files that a backfill has read. One row a part and span of time.';
COMMENT ON COLUMN backfill_parts.file IS 'Name of the file, without its folder.';
COMMENT ON COLUMN backfill_parts.bytes IS 'Size of the file.';
COMMENT ON COLUMN backfill_parts.start IS 'Where the part begins, in bytes.';
COMMENT ON COLUMN backfill_parts.since IS 'Records from this time on, ISO 8601; empty: all.';
COMMENT ON COLUMN backfill_parts.until IS 'Records before this time; empty: all.';
COMMENT ON COLUMN backfill_parts.pages IS 'Pages in it.';
