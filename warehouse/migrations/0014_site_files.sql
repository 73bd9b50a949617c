-- What sites' robots.txt and tdmrep.json answered, until each answer expires: several runs a day ask once.

CREATE TABLE site_files (
    origin     VARCHAR NOT NULL,
    file       VARCHAR NOT NULL,
    code       VARCHAR NOT NULL,
    text       VARCHAR,
    expires_at TIMESTAMPTZ NOT NULL
);

COMMENT ON TABLE site_files IS 'Private: what sites'' robots.txt and tdmrep.json answered, kept for a day. One row a site and file.';
COMMENT ON COLUMN site_files.origin IS 'Scheme, host and port.';
COMMENT ON COLUMN site_files.file IS 'robots or tdm.';
COMMENT ON COLUMN site_files.code IS 'ok, or the code of the problem that stood in the way.';
COMMENT ON COLUMN site_files.text IS 'The file; NULL where there is none.';
COMMENT ON COLUMN site_files.expires_at IS 'Asked again after this time.';
