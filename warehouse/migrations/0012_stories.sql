-- What later nights amend: reports that count as another story's since an act, and names of storylines over time.
-- Nothing that was told changes: story_members stays as it was, and both stories of an act can be read.

CREATE TABLE story_act_members (             -- the reports that an act concerns; the last act of a report holds
    act_id       VARCHAR NOT NULL,
    version_id   VARCHAR NOT NULL,
    article_id   VARCHAR NOT NULL,
    story_id     VARCHAR NOT NULL,           -- the story that it counts as since
    acted_at     TIMESTAMPTZ NOT NULL
);

CREATE TABLE storyline_titles (              -- every name that a storyline had; the founding one is version 1
    storyline_id VARCHAR NOT NULL,
    version      INTEGER NOT NULL,
    title        VARCHAR NOT NULL,
    stories      INTEGER NOT NULL,           -- how many stories it had then
    run_id       VARCHAR NOT NULL,
    named_at     TIMESTAMPTZ NOT NULL
);

CREATE VIEW story_changes AS
SELECT a.acted_at, a.act, a.story_id, s.title AS story, a.other_id, o.title AS other, a.reason,
       coalesce(m.reports, 0) AS reports, a.act_id
FROM story_acts AS a
LEFT JOIN story_list AS s ON s.story_id = a.story_id
LEFT JOIN story_list AS o ON o.story_id = a.other_id
LEFT JOIN (SELECT act_id, count(*) AS reports FROM story_act_members GROUP BY act_id) AS m ON m.act_id = a.act_id;

COMMENT ON VIEW story_changes IS 'Stories that turned out to be one, or two, with the reports that count as the other''s since. One row an act.';
COMMENT ON COLUMN story_changes.acted_at IS 'Clock of the night.';
COMMENT ON COLUMN story_changes.act IS 'split or merge.';
COMMENT ON COLUMN story_changes.story_id IS 'The story that was split, or that ended in another. It stays as it was told.';
COMMENT ON COLUMN story_changes.story IS 'Its headline.';
COMMENT ON COLUMN story_changes.other_id IS 'Split: the new story; merge: the story that is continued.';
COMMENT ON COLUMN story_changes.other IS 'Its headline.';
COMMENT ON COLUMN story_changes.reason IS 'Which reports showed it, in words.';
COMMENT ON COLUMN story_changes.reports IS 'How many reports count as the other story''s since.';
COMMENT ON COLUMN story_changes.act_id IS 'The act.';

COMMENT ON TABLE story_act_members IS 'Reports that count as another story''s since a split or merge. One row a report and act.';
COMMENT ON COLUMN story_act_members.act_id IS 'The act, in story_acts.';
COMMENT ON COLUMN story_act_members.version_id IS 'article_id, a dot, and the number of the version.';
COMMENT ON COLUMN story_act_members.article_id IS '16 hex digits of the canonical address; the same for all versions of an article.';
COMMENT ON COLUMN story_act_members.story_id IS 'The story that it counts as since.';
COMMENT ON COLUMN story_act_members.acted_at IS 'Clock of the night.';

COMMENT ON TABLE storyline_titles IS 'Every name that a storyline had, the founding one first. One row a name.';
COMMENT ON COLUMN storyline_titles.storyline_id IS 'The storyline.';
COMMENT ON COLUMN storyline_titles.version IS '1, 2, ... The highest holds.';
COMMENT ON COLUMN storyline_titles.title IS 'What it was called.';
COMMENT ON COLUMN storyline_titles.stories IS 'How many stories it had when it was named so.';
COMMENT ON COLUMN storyline_titles.run_id IS 'The run that wrote the row.';
COMMENT ON COLUMN storyline_titles.named_at IS 'Clock of the night.';
