-- What is mailed to whom. A mail and its items are written in the transaction that stores the developments; sending
-- only moves states. Addresses and message bytes stand apart, in a table that is not for analysts.

CREATE TABLE outbox_mails (
    mail_id       VARCHAR PRIMARY KEY,
    kind          VARCHAR NOT NULL,
    run_id        VARCHAR NOT NULL,
    recipient_id  VARCHAR NOT NULL,
    night         DATE NOT NULL,
    subject       VARCHAR NOT NULL,
    message_id    VARCHAR NOT NULL,
    thread_id     VARCHAR,
    planned_at    TIMESTAMPTZ NOT NULL,
    state         VARCHAR NOT NULL,
    phase         VARCHAR,
    attempts      INTEGER NOT NULL DEFAULT 0,
    unsure_attempts INTEGER NOT NULL DEFAULT 0,
    next_try_at   TIMESTAMPTZ,
    sending_at    TIMESTAMPTZ,
    sent_at       TIMESTAMPTZ,
    code          VARCHAR,
    detail        VARCHAR
);

CREATE TABLE outbox_items (
    recipient_id   VARCHAR NOT NULL,
    development_id VARCHAR NOT NULL,
    mail_id        VARCHAR NOT NULL,
    storyline_id   VARCHAR NOT NULL,
    role           VARCHAR NOT NULL,
    rank           INTEGER NOT NULL,
    weight         DOUBLE NOT NULL,
    headline       VARCHAR NOT NULL,
    happened_at    TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (recipient_id, development_id)
);

CREATE TABLE outbox_messages (
    mail_id  VARCHAR PRIMARY KEY,
    address  VARCHAR NOT NULL,
    message  BLOB NOT NULL
);

CREATE TABLE outbox_attempts (
    mail_id     VARCHAR NOT NULL,
    attempt     INTEGER NOT NULL,
    started_at  TIMESTAMPTZ,
    ended_at    TIMESTAMPTZ NOT NULL,
    ended       VARCHAR NOT NULL,
    code        VARCHAR NOT NULL,
    detail      VARCHAR NOT NULL
);

CREATE OR REPLACE VIEW alerts AS
SELECT
    i.recipient_id, i.development_id, i.storyline_id, i.headline, i.happened_at, i.weight, i.role, i.rank,
    m.mail_id, m.kind, m.night, m.state, m.attempts, m.planned_at, m.next_try_at, m.sent_at, m.code, m.detail, m.run_id
FROM outbox_items AS i
JOIN outbox_mails AS m USING (mail_id);

COMMENT ON TABLE outbox_mails IS 'Every mail that was ever planned, with where its sending stands; one row a mail.';
COMMENT ON COLUMN outbox_mails.mail_id IS 'Digest of kind, recipient and developments: the same mail planned twice is one row.';
COMMENT ON COLUMN outbox_mails.kind IS 'digest, instant, quiet (a night without developments) or operator.';
COMMENT ON COLUMN outbox_mails.recipient_id IS 'Id of the recipient in the configuration; operator for the operator''s mail.';
COMMENT ON COLUMN outbox_mails.night IS 'The date of the night in the recipient''s time zone.';
COMMENT ON COLUMN outbox_mails.thread_id IS 'The storyline under which mail clients thread it; NULL where none.';
COMMENT ON COLUMN outbox_mails.state IS 'queued, sending, sent, failed (given up), unsure (handed over, but the server''s answer never came).';
COMMENT ON COLUMN outbox_mails.phase IS 'While sending: talking (nothing handed over yet) or handing-over (the server may have it).';
COMMENT ON COLUMN outbox_mails.unsure_attempts IS 'How many attempts ended without the server''s answer: each may have been delivered.';
COMMENT ON COLUMN outbox_mails.next_try_at IS 'Not before. NULL: at once (queued), or not again without a person (unsure, failed).';
COMMENT ON COLUMN outbox_mails.code IS 'How the last attempt ended: ok, or a problem''s code.';
COMMENT ON TABLE outbox_items IS 'Which development went to which recipient by which mail; a pair occurs once, for ever.';
COMMENT ON COLUMN outbox_items.role IS 'told (in full) or summarised (one line among those beyond the recipient''s limit).';
COMMENT ON COLUMN outbox_items.weight IS 'The development''s weight for this recipient, boosts included, 0 to 1.';
COMMENT ON TABLE outbox_messages IS 'Private: envelope address and composed bytes of each mail, so that a retry sends the same one.';
COMMENT ON TABLE outbox_attempts IS 'One row for each attempt at sending that ended, with the server''s answer.';
COMMENT ON COLUMN outbox_attempts.ended IS 'sent, later (temporary), failed, unsure (perhaps delivered), interrupted (killed before handing over).';
COMMENT ON VIEW alerts IS 'Which development was told to whom, when, and whether the mail went out; one row a recipient and development.';
