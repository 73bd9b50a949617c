-- Storylines of which something was told, the latest told first, with a stamp that changes when their pages must.
WITH told AS (
    SELECT
        storyline_id,
        count(*) AS developments,
        count(*) FILTER (WHERE kind <> 'update') AS turns,
        max(told_at) AS told_at,
        arg_max(headline, (told_at, weight)) FILTER (WHERE kind <> 'update') AS headline,
        arg_max(topics, (told_at, weight)) AS topics,
        sum(hash(development_id, kind, headline, happened_at, told_at, weight, reasons, topics, entities)::HUGEINT)
            AS stamp
    FROM development_list
    GROUP BY storyline_id
), said AS (
    SELECT d.storyline_id, sum(hash(s.development_id, s.position, s.text, s.article_id, s.part_starts, s.part_ends)
                               ::HUGEINT) AS stamp
    FROM development_sentences AS s
    JOIN development_list AS d ON d.development_id = s.development_id
    GROUP BY d.storyline_id
), listed AS (
    SELECT d.storyline_id, sum(hash(o.development_id, o.position, o.version_id, o.relation)::HUGEINT) AS stamp
    FROM development_outlets AS o
    JOIN development_list AS d ON d.development_id = o.development_id
    GROUP BY d.storyline_id
), held AS (
    SELECT
        t.storyline_id,
        count(DISTINCT m.article_id) FILTER (WHERE m.role <> 'copy') AS reports,
        count(DISTINCT m.article_id) FILTER (WHERE m.role = 'copy') AS copies,
        count(DISTINCT m.site) AS outlets,
        list(DISTINCT v.language ORDER BY v.language) FILTER (WHERE v.language IS NOT NULL) AS languages,
        sum(hash(m.version_id, m.role, m.member_at, m.story_id, v.url, v.title, v.language, v.published_at,
                 coalesce(s.name, v.publisher, v.site))::HUGEINT) AS stamp
    FROM story_list AS t
    JOIN story_members AS m ON m.story_id = t.story_id
    JOIN article_versions AS v ON v.version_id = m.version_id
    LEFT JOIN source_list AS s ON s.source_id = v.source_id
    WHERE t.storyline_id IN (SELECT storyline_id FROM told)
    GROUP BY t.storyline_id
), named AS (
    SELECT storyline_id, sum(hash(version_id, entity, mentions, listed, mentioned_at)::HUGEINT) AS stamp
    FROM entity_mentions
    WHERE storyline_id IN (SELECT storyline_id FROM told)
    GROUP BY storyline_id
)
SELECT
    l.storyline_id, l.title, coalesce(told.headline, l.state) AS state, l.first_at, l.last_at, l.entities,
    told.developments, told.turns, told.told_at, coalesce(told.topics, []) AS topics,
    coalesce(held.reports, 0) AS reports, coalesce(held.copies, 0) AS copies, coalesce(held.outlets, 0) AS outlets,
    coalesce(held.languages, []) AS languages,
    hash(l.title, l.state, l.first_at, l.last_at, l.entities, told.stamp, said.stamp, listed.stamp, held.stamp,
         named.stamp)::VARCHAR AS stamp
FROM storyline_list AS l
JOIN told ON told.storyline_id = l.storyline_id
LEFT JOIN said ON said.storyline_id = l.storyline_id
LEFT JOIN listed ON listed.storyline_id = l.storyline_id
LEFT JOIN held ON held.storyline_id = l.storyline_id
LEFT JOIN named ON named.storyline_id = l.storyline_id
ORDER BY told.told_at DESC, l.last_at DESC, l.storyline_id
