-- What analysts read. The comments decide what the snapshot holds (see warehouse/publish.py): a table without one, and
-- everything that begins with "Private:", stays in the writer's file. docs/sql.md tells the same story.

CREATE TABLE snapshot_info (                 -- filled in the snapshot only
    published_at TIMESTAMPTZ NOT NULL,
    stamp        VARCHAR
);

CREATE MACRO hide_secrets(said) AS regexp_replace(regexp_replace(regexp_replace(said,
    '(://)[^/@\s]+@', '\1***@', 'g'),
    '([?&](?:[a-z]+[_-])?(?:api)?(?:key|token|secret|auth|passw(?:or)?d|pwd|signature|sig)=)[^&#\s]+', '\1***', 'gi'),
    '[A-Za-z0-9._%+-]+(@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)', '***\1', 'g'
);

-- An article's standing is its last verdict that is not `revision`: a copy that is revised stays a copy.
CREATE VIEW standings AS
SELECT
    article_id,
    max(version) AS version,
    article_id || '.' || max(version) AS version_id,
    arg_max(relation, version) AS relation,
    coalesce(arg_max(relation, version) FILTER (WHERE relation <> 'revision'), 'new') AS standing,
    arg_max(version_id, version) FILTER (WHERE relation <> 'revision') AS standing_version_id,
    count(*) AS versions
FROM (
    SELECT v.article_id, v.version, v.version_id, j.relation
    FROM article_versions AS v
    JOIN verdicts AS j ON j.version_id = v.version_id
) AS judged
GROUP BY article_id;

CREATE VIEW texts AS
SELECT v.version_id, v.article_id, v.version, v.title, coalesce(v.text, held.text) AS text
FROM article_versions AS v
LEFT JOIN article_versions AS held ON held.version_id = v.text_in;

CREATE VIEW articles AS
SELECT
    v.article_id,
    v.url,
    v.site,
    coalesce(s.name, v.publisher, v.site) AS outlet,
    v.source_id,
    s.country,
    v.title,
    v.standfirst,
    v.authors,
    v.published_at,
    v.published_certainty,
    coalesce(v.published_at, v.first_seen_at) AS dated_at,
    v.first_seen_at,
    v.fetched_at,
    v.language,
    v.section,
    v.words,
    v.access,
    v.access_reason,
    c.relation,
    c.version,
    c.versions,
    v.version_id,
    coalesce(h.topics, []) AS topics,
    m.story_id,
    coalesce(k.copies, 0) AS copies,
    v.text
FROM standings AS c
JOIN article_versions AS v ON v.version_id = c.version_id
LEFT JOIN source_list AS s ON s.source_id = v.source_id
LEFT JOIN (
    SELECT version_id, list(topic_id ORDER BY weight DESC, topic_id) AS topics FROM topic_hits GROUP BY version_id
) AS h ON h.version_id = c.version_id
LEFT JOIN (SELECT article_id, arg_max(story_id, joined_at) AS story_id FROM story_members GROUP BY article_id) AS m
    ON m.article_id = c.article_id
LEFT JOIN (
    SELECT j.original_id, count(*) AS copies
    FROM standings AS other
    JOIN verdicts AS j ON j.version_id = other.standing_version_id
    WHERE other.standing <> 'new'
    GROUP BY j.original_id
) AS k ON k.original_id = c.article_id
WHERE c.standing = 'new';

CREATE VIEW copies AS
SELECT
    v.article_id,
    v.url,
    v.site,
    coalesce(s.name, v.publisher, v.site) AS outlet,
    v.source_id,
    v.title,
    v.language,
    v.published_at,
    coalesce(v.published_at, v.first_seen_at) AS dated_at,
    v.words,
    v.access,
    c.standing AS relation,
    k.share,
    k.other_share,
    k.confidence,
    k.fingerprint_only,
    j.original_id,
    o.title AS original_title,
    o.url AS original_url,
    o.site AS original_site,
    coalesce(os.name, o.publisher, o.site) AS original_outlet,
    o.language AS original_language,
    o.origin = 'seed' AS original_is_reference,
    o.published_at AS original_published_at,
    date_diff('second', o.published_at, v.published_at) / 3600.0 AS hours_after,
    j.reasons,
    c.version_id
FROM standings AS c
JOIN article_versions AS v ON v.version_id = c.version_id
JOIN verdicts AS j ON j.version_id = c.standing_version_id
LEFT JOIN source_list AS s ON s.source_id = v.source_id
LEFT JOIN (
    SELECT
        version_id,
        other_id,
        arg_min(share, rank) AS share,
        arg_min(other_share, rank) AS other_share,
        arg_min(confidence, rank) AS confidence,
        arg_min(fingerprint_only, rank) AS fingerprint_only
    FROM kinships
    GROUP BY version_id, other_id
) AS k ON k.version_id = c.standing_version_id AND k.other_id = j.original_id
LEFT JOIN (SELECT article_id, max(version) AS version FROM article_versions GROUP BY article_id) AS latest
    ON latest.article_id = j.original_id
LEFT JOIN article_versions AS o ON o.version_id = latest.article_id || '.' || latest.version
LEFT JOIN source_list AS os ON os.source_id = o.source_id
WHERE c.standing <> 'new';

CREATE VIEW topic_matches AS
SELECT
    h.article_id, h.topic_id, h.weight, h.terms, h.entities, v.title, v.url, v.site, v.language,
    coalesce(v.published_at, v.first_seen_at) AS dated_at, c.standing = 'new' AS is_distinct
FROM standings AS c
JOIN topic_hits AS h ON h.version_id = c.version_id
JOIN article_versions AS v ON v.version_id = c.version_id;

CREATE VIEW stories AS
SELECT
    t.story_id,
    t.storyline_id,
    t.title,
    t.language,
    min(m.member_at) AS first_at,
    max(m.member_at) AS last_at,
    t.told_at,
    count(DISTINCT m.article_id) FILTER (WHERE m.role <> 'copy') AS reports,
    count(DISTINCT m.article_id) FILTER (WHERE m.role = 'copy') AS copies,
    count(DISTINCT m.site) AS outlets,
    list(DISTINCT v.language ORDER BY v.language) FILTER (WHERE v.language IS NOT NULL) AS languages,
    arg_min(m.site, m.member_at) AS first_site,
    t.seed AS is_reference
FROM story_list AS t
JOIN story_members AS m ON m.story_id = t.story_id
LEFT JOIN article_versions AS v ON v.version_id = m.version_id
GROUP BY t.story_id, t.storyline_id, t.title, t.language, t.told_at, t.seed;

CREATE VIEW storylines AS
SELECT
    storyline_id, title, state, first_at, last_at, stories, turns, entities
FROM storyline_list;

CREATE VIEW developments AS
SELECT
    d.development_id,
    d.kind,
    d.headline,
    d.happened_at,
    d.told_at,
    d.story_id,
    d.storyline_id,
    d.storyline_title,
    d.topics,
    d.entities,
    d.languages,
    d.weight,
    d.reasons,
    coalesce(o.outlets, []) AS outlets,
    coalesce(n.new_sentences, []) AS new_sentences,
    coalesce(a.recipients, 0) AS mailed_to,
    d.previous_id,
    d.updates_id,
    d.run_id
FROM development_list AS d
LEFT JOIN (
    SELECT x.development_id, list(coalesce(s.name, v.publisher, v.site) ORDER BY x.position) AS outlets
    FROM development_outlets AS x
    JOIN article_versions AS v ON v.version_id = x.version_id
    LEFT JOIN source_list AS s ON s.source_id = v.source_id
    GROUP BY x.development_id
) AS o ON o.development_id = d.development_id
LEFT JOIN (
    SELECT development_id, list(text ORDER BY position) AS new_sentences
    FROM development_sentences
    GROUP BY development_id
) AS n ON n.development_id = d.development_id
LEFT JOIN (
    SELECT development_id, count(DISTINCT recipient_id) AS recipients
    FROM alerts
    WHERE state = 'sent'
    GROUP BY development_id
) AS a ON a.development_id = d.development_id;

CREATE VIEW sources AS
SELECT
    s.source_id, s.name, s.country, s.language, s.kind, s.homepage, s.feed_url, s.enabled, s.reason,
    coalesce(t.state, CASE WHEN s.enabled THEN 'never asked' ELSE 'off' END) AS state,
    t.evidence, t.since_at, t.valid_at, t.newest_at, t.next_check_at,
    f.last_fetch_at, f.last_code, coalesce(f.fetches, 0) AS fetches, coalesce(f.failures, 0) AS failures,
    coalesce(e.entries, 0) AS entries, e.last_entry_at,
    coalesce(a.articles, 0) AS articles, coalesce(a.copies, 0) AS copies
FROM source_list AS s
LEFT JOIN source_states AS t ON t.source_id = s.source_id AND s.enabled
LEFT JOIN (
    SELECT
        source_id,
        max(fetched_at) AS last_fetch_at,
        arg_max(code, fetched_at) AS last_code,
        count(*) AS fetches,
        count(*) FILTER (WHERE code NOT IN ('ok', 'not-modified')) AS failures
    FROM fetches
    WHERE kind = 'feed'
    GROUP BY source_id
) AS f ON f.source_id = s.source_id
LEFT JOIN (
    SELECT source_id, count(*) AS entries, max(first_seen_at) AS last_entry_at FROM entries GROUP BY source_id
) AS e ON e.source_id = s.source_id
LEFT JOIN (
    SELECT
        v.source_id,
        count(*) FILTER (WHERE c.standing = 'new') AS articles,
        count(*) FILTER (WHERE c.standing <> 'new') AS copies
    FROM standings AS c
    JOIN article_versions AS v ON v.version_id = c.version_id
    GROUP BY v.source_id
) AS a ON a.source_id = s.source_id;

CREATE VIEW problems AS
SELECT p.happened_at, p.stage, p.code, p.detail, p.source_id, s.name AS source, p.url, p.entry_id, p.run_id
FROM problem_log AS p
LEFT JOIN source_list AS s ON s.source_id = p.source_id;
