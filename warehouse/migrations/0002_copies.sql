-- The candidate index of copy detection. Insert-only: an article adds its rows once, nothing is rebuilt or rewritten.

CREATE TABLE copy_documents (                -- what the index knows, one row for each indexed version or fingerprint
    doc          UINTEGER NOT NULL,          -- 0, 1, 2, ... in order of arrival
    article_id   VARCHAR NOT NULL,
    original_id  VARCHAR NOT NULL,           -- the article itself where it is new; else the root of its copies
    site         VARCHAR NOT NULL,
    language     VARCHAR
);

CREATE TABLE copy_marks (                    -- hashed three-word passages and telling terms of a document
    hash         UINTEGER NOT NULL,          -- lowest bit 0: a passage; 1: a term
    doc          UINTEGER NOT NULL
);

CREATE TABLE copy_fingerprints (             -- reference articles known by fingerprint; their texts may come later
    article_id   VARCHAR PRIMARY KEY,
    fingerprint  JSON NOT NULL
);

COMMENT ON TABLE copy_documents IS 'Candidate index of copy detection: the articles it knows';
COMMENT ON TABLE copy_marks IS 'Candidate index of copy detection: hashed passages and terms of each known article';
COMMENT ON TABLE copy_fingerprints IS 'Reference articles known without their text: hashes and small facts only';
