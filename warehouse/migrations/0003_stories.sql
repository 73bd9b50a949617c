-- What is told: stories (one event in many outlets), storylines (a saga of stories), developments (told once).
-- Ids are digests of the founding article's id, so a replay gives the same ones. Stories never merge or renumber:
-- a split or merge is a row in story_acts.

CREATE TABLE story_list (
    story_id     VARCHAR PRIMARY KEY,
    storyline_id VARCHAR NOT NULL,
    title        VARCHAR NOT NULL,           -- of the founding article
    founder_id   VARCHAR NOT NULL,           -- article that founded it
    run_id       VARCHAR NOT NULL,
    first_at     TIMESTAMPTZ NOT NULL,       -- of its earliest report when it was founded
    told_at      TIMESTAMPTZ NOT NULL,       -- clock of the night that founded it
    language     VARCHAR,
    seed         BOOLEAN NOT NULL            -- founded by a reference document: known before, never told
);

CREATE TABLE story_members (                 -- which story holds a version; none yet: still to be told
    version_id   VARCHAR PRIMARY KEY,
    article_id   VARCHAR NOT NULL,
    story_id     VARCHAR NOT NULL,
    run_id       VARCHAR NOT NULL,
    role         VARCHAR NOT NULL,           -- report, copy, revision
    similarity   DOUBLE NOT NULL,            -- mean probability of the same event with the rest of its story then
    novelty      DOUBLE NOT NULL,            -- 1: nothing like it in the window; 0: certainly of a known story
    site         VARCHAR NOT NULL,
    member_at    TIMESTAMPTZ NOT NULL,       -- publication, or arrival where that is unknown
    joined_at    TIMESTAMPTZ NOT NULL        -- clock of the night
);

CREATE TABLE article_terms (                 -- hashed words of a report, to compare later ones with
    version_id   VARCHAR PRIMARY KEY,
    story_id     VARCHAR NOT NULL,
    storyline_id VARCHAR NOT NULL,
    site         VARCHAR NOT NULL,
    language     VARCHAR,
    member_at    TIMESTAMPTZ NOT NULL,
    dated        BOOLEAN NOT NULL,           -- member_at is its publication, not its arrival
    terms        BLOB NOT NULL
);

CREATE TABLE story_terms (                   -- what a story is about, to link storylines by
    story_id     VARCHAR PRIMARY KEY,
    storyline_id VARCHAR NOT NULL,
    first_at     TIMESTAMPTZ NOT NULL,
    terms        UINTEGER[] NOT NULL,        -- hashes of its heaviest terms
    weights      FLOAT[] NOT NULL            -- of the terms: a vector of length 1
);

CREATE TABLE storyline_list (
    storyline_id VARCHAR PRIMARY KEY,
    title        VARCHAR NOT NULL,           -- what it is about
    founder_id   VARCHAR NOT NULL,           -- story that founded it
    run_id       VARCHAR NOT NULL,
    first_at     TIMESTAMPTZ NOT NULL,
    last_at      TIMESTAMPTZ NOT NULL,       -- latest report
    state        VARCHAR NOT NULL,           -- headline of the last turn
    stories      INTEGER NOT NULL,
    turns        INTEGER NOT NULL,           -- developments of kind first and turn
    entities     VARCHAR[] NOT NULL          -- most mentioned first
);

CREATE TABLE storyline_facts (               -- what was said on a storyline for the first time in a night
    storyline_id VARCHAR NOT NULL,
    first_at     TIMESTAMPTZ NOT NULL,
    facts        UINTEGER[] NOT NULL         -- hashes of names, figures, acts, words
);

CREATE TABLE entity_mentions (               -- who is named where: watch-list entities and capitalised names
    version_id   VARCHAR NOT NULL,
    article_id   VARCHAR NOT NULL,
    story_id     VARCHAR NOT NULL,
    storyline_id VARCHAR NOT NULL,
    entity       VARCHAR NOT NULL,
    mentions     INTEGER NOT NULL,
    listed       BOOLEAN NOT NULL,           -- on a watch-list
    mentioned_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE development_list (
    development_id VARCHAR PRIMARY KEY,
    story_id     VARCHAR NOT NULL,
    storyline_id VARCHAR NOT NULL,
    storyline_title VARCHAR NOT NULL,        -- as it was told
    run_id       VARCHAR NOT NULL,
    kind         VARCHAR NOT NULL,           -- first, turn, update
    headline     VARCHAR NOT NULL,
    happened_at  TIMESTAMPTZ NOT NULL,
    told_at      TIMESTAMPTZ NOT NULL,       -- clock of the night
    weight       DOUBLE NOT NULL,            -- 0 to 1
    score        DOUBLE NOT NULL,            -- probability that it is a turn
    reasons      VARCHAR[] NOT NULL,
    topics       VARCHAR[] NOT NULL,
    entities     VARCHAR[] NOT NULL,
    languages    VARCHAR[] NOT NULL,
    previous_id  VARCHAR,                    -- the turn before on the storyline
    updates_id   VARCHAR                     -- updates: the development that it adds to
);

CREATE TABLE development_sentences (
    development_id VARCHAR NOT NULL,
    position     INTEGER NOT NULL,
    text         VARCHAR NOT NULL,
    article_id   VARCHAR NOT NULL,
    part_starts  INTEGER[] NOT NULL,         -- the parts that are new, as character ranges
    part_ends    INTEGER[] NOT NULL
);

CREATE TABLE development_outlets (
    development_id VARCHAR NOT NULL,
    position     INTEGER NOT NULL,
    version_id   VARCHAR NOT NULL,
    article_id   VARCHAR NOT NULL,
    relation     VARCHAR NOT NULL
);

CREATE TABLE story_acts (                    -- explicit splits and merges
    act_id       VARCHAR PRIMARY KEY,
    act          VARCHAR NOT NULL,           -- split, merge
    story_id     VARCHAR NOT NULL,
    other_id     VARCHAR NOT NULL,           -- split: the new story; merge: the story that is continued
    reason       VARCHAR NOT NULL,
    run_id       VARCHAR NOT NULL,
    acted_at     TIMESTAMPTZ NOT NULL
);
