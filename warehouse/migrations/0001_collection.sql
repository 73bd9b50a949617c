-- What was seen, fetched and read. Rows are inserted, hardly ever updated; ids are digests, so that a replay gives
-- the same ones. All times are UTC.

CREATE TABLE runs (
    run_id       VARCHAR PRIMARY KEY,
    kind         VARCHAR NOT NULL,           -- night, backfill, demo, corpus
    as_of        TIMESTAMPTZ NOT NULL,       -- the clock that the run was given
    started_at   TIMESTAMPTZ NOT NULL,       -- the machine's own clock
    finished_at  TIMESTAMPTZ,
    state        VARCHAR NOT NULL,           -- running, done, failed, interrupted
    exit_code    INTEGER,
    counts       JSON,                       -- outcomes and totals of the run report
    version      VARCHAR NOT NULL
);

CREATE TABLE source_list (                   -- the configured sources, as of the last run
    source_id    VARCHAR PRIMARY KEY,
    name         VARCHAR NOT NULL,
    feed_url     VARCHAR NOT NULL,
    homepage     VARCHAR,
    country      VARCHAR,
    language     VARCHAR,
    kind         VARCHAR,
    enabled      BOOLEAN NOT NULL,
    reason       VARCHAR                     -- why it is off
);

CREATE TABLE fetches (
    fetch_id     VARCHAR PRIMARY KEY,        -- digest of run, kind, url, attempt
    run_id       VARCHAR NOT NULL,
    kind         VARCHAR NOT NULL,           -- feed, page
    source_id    VARCHAR,
    url          VARCHAR NOT NULL,
    final_url    VARCHAR,
    status       INTEGER,                    -- HTTP status; NULL where no response came
    code         VARCHAR NOT NULL,           -- ok, not-modified, or a problem's code
    bytes        BIGINT,
    elapsed_s    DOUBLE,
    fetched_at   TIMESTAMPTZ NOT NULL,
    entries_seen INTEGER,                    -- feeds: entries in the answer
    entries_known INTEGER,                   -- feeds: of these known and unchanged
    archive_file VARCHAR,
    archive_offset BIGINT
);

CREATE TABLE entries (                       -- every entry ever seen in a feed, once
    entry_id     VARCHAR PRIMARY KEY,
    source_id    VARCHAR NOT NULL,
    feed_url     VARCHAR NOT NULL,
    entry_key    VARCHAR NOT NULL,
    url          VARCHAR,
    link         VARCHAR,                    -- as the feed wrote it
    article_id   VARCHAR,                    -- digest of url; NULL without one
    title        VARCHAR NOT NULL,
    summary      VARCHAR NOT NULL,
    authors      VARCHAR[],
    categories   VARCHAR[],
    content_html VARCHAR,                    -- full text carried by the feed; cleared once the entry is done
    published_at TIMESTAMPTZ,
    published_certainty VARCHAR NOT NULL,
    updated_at   TIMESTAMPTZ,
    language     VARCHAR,
    fingerprint  VARCHAR NOT NULL,
    first_seen_at TIMESTAMPTZ NOT NULL,
    first_run_id VARCHAR NOT NULL,
    state        VARCHAR NOT NULL,           -- pending: to be fetched; read: to be judged; done: has its outcome
    version_id   VARCHAR,                    -- the article version read from it last
    attempts     INTEGER NOT NULL DEFAULT 0, -- failed ones since the entry was new or changed
    next_try_at  TIMESTAMPTZ                 -- pending entries: not before
);

CREATE TABLE run_entries (                   -- what a run took up; each must end as one row of entry_outcomes
    run_id       VARCHAR NOT NULL,
    entry_id     VARCHAR NOT NULL,
    taken_as     VARCHAR NOT NULL            -- new, changed, carried-over (left pending or unjudged by an earlier run)
);

CREATE TABLE entry_outcomes (                -- what became of an entry in a run; 'known' is only counted (fetches)
    run_id       VARCHAR NOT NULL,
    entry_id     VARCHAR NOT NULL,
    outcome      VARCHAR NOT NULL,
    code         VARCHAR,                    -- problem code or reason
    article_id   VARCHAR,
    topics       VARCHAR[],                  -- ids of the topics that matched
    happened_at  TIMESTAMPTZ NOT NULL
);

CREATE TABLE article_versions (              -- every text ever read, copies, reference articles and versions included
    version_id   VARCHAR PRIMARY KEY,        -- article_id || '.' || version
    article_id   VARCHAR NOT NULL,           -- digest of the canonical URL (reference documents: of their content)
    version      INTEGER NOT NULL,           -- 1, 2, ... by order of arrival
    origin       VARCHAR NOT NULL,           -- night, backfill, seed
    run_id       VARCHAR NOT NULL,
    url          VARCHAR NOT NULL,
    site         VARCHAR NOT NULL,
    source_id    VARCHAR,
    publisher    VARCHAR,
    title        VARCHAR NOT NULL,
    standfirst   VARCHAR,
    authors      VARCHAR[],
    published_at TIMESTAMPTZ,
    published_certainty VARCHAR NOT NULL,
    modified_at  TIMESTAMPTZ,
    first_seen_at TIMESTAMPTZ NOT NULL,      -- the run's clock: what order falls back to where published_at is unknown
    fetched_at   TIMESTAMPTZ NOT NULL,
    language     VARCHAR,
    section      VARCHAR,
    text         VARCHAR,                    -- paragraphs separated by a blank line; NULL: fingerprint only, or in text_in
    text_in      VARCHAR,                    -- exact copies: the version that holds the same text
    captions     VARCHAR[],
    tables       VARCHAR[],
    links        VARCHAR[],
    words        INTEGER NOT NULL,
    access       VARCHAR NOT NULL,
    access_reason VARCHAR,
    evidence     JSON,
    content_hash VARCHAR NOT NULL,
    extractor    VARCHAR NOT NULL,
    archive_file VARCHAR,
    archive_offset BIGINT
);

CREATE TABLE verdicts (                      -- one for each version that was judged; none yet: still to be judged
    version_id   VARCHAR PRIMARY KEY,
    article_id   VARCHAR NOT NULL,
    run_id       VARCHAR NOT NULL,
    relation     VARCHAR NOT NULL,           -- new, exact, near, contained-in, revision, paraphrase
    original_id  VARCHAR,
    adds_facts   BOOLEAN,
    reasons      VARCHAR[],
    judged_at    TIMESTAMPTZ NOT NULL
);

CREATE TABLE kinships (                      -- every known article that a version shares text with, best first
    version_id   VARCHAR NOT NULL,
    article_id   VARCHAR NOT NULL,
    rank         INTEGER NOT NULL,
    other_id     VARCHAR NOT NULL,
    relation     VARCHAR NOT NULL,
    share        DOUBLE NOT NULL,            -- of this article found in the other, 0 to 1
    other_share  DOUBLE NOT NULL,
    confidence   DOUBLE NOT NULL,
    fingerprint_only BOOLEAN NOT NULL,
    spans        STRUCT("start" INTEGER, "end" INTEGER, other_start INTEGER, other_end INTEGER)[],
    features     JSON,
    reasons      VARCHAR[]
);

CREATE TABLE topic_hits (
    version_id   VARCHAR NOT NULL,
    article_id   VARCHAR NOT NULL,
    topic_id     VARCHAR NOT NULL,
    weight       DOUBLE NOT NULL,
    terms        VARCHAR[],
    entities     VARCHAR[]
);

CREATE TABLE problem_log (
    run_id       VARCHAR NOT NULL,
    stage        VARCHAR NOT NULL,
    source_id    VARCHAR,
    entry_id     VARCHAR,
    url          VARCHAR,
    code         VARCHAR NOT NULL,
    detail       VARCHAR NOT NULL,
    happened_at  TIMESTAMPTZ NOT NULL
);
