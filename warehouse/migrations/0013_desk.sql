-- What the desk adds: notes that people wrote (kept in a file of their own, loaded here), and dates that lie ahead.

CREATE TABLE annotations (
    annotation_id VARCHAR NOT NULL,
    target_kind  VARCHAR NOT NULL,           -- article, storyline
    target_id    VARCHAR NOT NULL,           -- article_id or storyline_id, as it is called in this warehouse
    noted_at     TIMESTAMPTZ NOT NULL,
    kind         VARCHAR NOT NULL,           -- note, tag, false-alarm
    text         VARCHAR NOT NULL,
    title        VARCHAR NOT NULL,           -- of the target when it was written
    url          VARCHAR                     -- of the article, or of the one that founded the storyline
);

CREATE TABLE development_dates (
    development_id VARCHAR NOT NULL,
    position     INTEGER NOT NULL,
    article_id   VARCHAR NOT NULL,
    first_day    DATE NOT NULL,
    last_day     DATE NOT NULL,
    kind         VARCHAR NOT NULL,           -- deadline, hearing, entry-into-force, vote, other
    certainty    VARCHAR NOT NULL,           -- exact, inferred, approximate
    sentence     VARCHAR NOT NULL,
    part_start   INTEGER NOT NULL,
    part_end     INTEGER NOT NULL
);

CREATE TABLE dates_read (                    -- which developments were searched for dates, by which reading of texts
    development_id VARCHAR NOT NULL,
    reading      INTEGER NOT NULL
);

CREATE VIEW dates_ahead AS
SELECT
    n.first_day,
    n.last_day,
    n.kind,
    n.certainty,
    n.sentence,
    d.storyline_id,
    d.storyline_title,
    d.development_id,
    d.headline,
    d.topics,
    d.told_at,
    n.article_id,
    v.url,
    coalesce(s.name, v.publisher, v.site) AS outlet,
    n.part_start,
    n.part_end
FROM development_dates AS n
JOIN development_list AS d ON d.development_id = n.development_id
JOIN development_outlets AS o ON o.development_id = n.development_id AND o.article_id = n.article_id
JOIN article_versions AS v ON v.version_id = o.version_id
LEFT JOIN source_list AS s ON s.source_id = v.source_id;

COMMENT ON TABLE annotations IS 'What people wrote about articles and storylines (sovwatch note). One row a note, tag or false-alarm mark.';
COMMENT ON COLUMN annotations.annotation_id IS 'Its id in the file of annotations.';
COMMENT ON COLUMN annotations.target_kind IS 'article or storyline.';
COMMENT ON COLUMN annotations.target_id IS 'article_id or storyline_id.';
COMMENT ON COLUMN annotations.noted_at IS 'When it was written.';
COMMENT ON COLUMN annotations.kind IS 'note, tag or false-alarm.';
COMMENT ON COLUMN annotations.text IS 'The note, the tag, or why it is a false alarm; may be empty there.';
COMMENT ON COLUMN annotations.title IS 'Title of the article or storyline when it was written.';
COMMENT ON COLUMN annotations.url IS 'Address of the article; of a storyline, of the article that founded it.';

COMMENT ON VIEW dates_ahead IS 'Dates that developments mention and that lay ahead when the report was published. One row a development and date.';
COMMENT ON COLUMN dates_ahead.first_day IS 'The day, or the first day of what is meant.';
COMMENT ON COLUMN dates_ahead.last_day IS 'The last day of it; the same day but for spans and approximate dates.';
COMMENT ON COLUMN dates_ahead.kind IS 'deadline, hearing, entry-into-force, vote or other.';
COMMENT ON COLUMN dates_ahead.certainty IS 'exact (day and year are written), inferred (the year or the day follows from the publication), approximate (a month, quarter or part of a year).';
COMMENT ON COLUMN dates_ahead.sentence IS 'The sentence that says so, cut around the date where it is long.';
COMMENT ON COLUMN dates_ahead.storyline_id IS 'The storyline that it belongs to.';
COMMENT ON COLUMN dates_ahead.storyline_title IS 'The storyline''s title when the development was told.';
COMMENT ON COLUMN dates_ahead.development_id IS 'The development.';
COMMENT ON COLUMN dates_ahead.headline IS 'Headline of the report that tells it best.';
COMMENT ON COLUMN dates_ahead.topics IS 'Ids of the topics.';
COMMENT ON COLUMN dates_ahead.told_at IS 'Clock of the night that told it.';
COMMENT ON COLUMN dates_ahead.article_id IS 'The article that says it.';
COMMENT ON COLUMN dates_ahead.url IS 'Canonical address: no tracking parameters, no fragment.';
COMMENT ON COLUMN dates_ahead.outlet IS 'Name of the source, else the publisher that the page names, else the site.';
COMMENT ON COLUMN dates_ahead.part_start IS 'Where the date starts in the sentence, in characters.';
COMMENT ON COLUMN dates_ahead.part_end IS 'Where it ends.';

COMMENT ON TABLE development_dates IS 'The table behind dates_ahead.';
COMMENT ON COLUMN development_dates.development_id IS 'The development.';
COMMENT ON COLUMN development_dates.position IS 'Its place, from 0.';
COMMENT ON COLUMN development_dates.article_id IS 'The article that says it.';
COMMENT ON COLUMN development_dates.first_day IS 'The first day.';
COMMENT ON COLUMN development_dates.last_day IS 'The last day.';
COMMENT ON COLUMN development_dates.kind IS 'deadline, hearing, entry-into-force, vote or other.';
COMMENT ON COLUMN development_dates.certainty IS 'exact, inferred or approximate.';
COMMENT ON COLUMN development_dates.sentence IS 'The sentence that says so.';
COMMENT ON COLUMN development_dates.part_start IS 'Where the date starts in the sentence, in characters.';
COMMENT ON COLUMN development_dates.part_end IS 'Where it ends.';

COMMENT ON TABLE dates_read IS 'Private: which developments were searched for dates.';
