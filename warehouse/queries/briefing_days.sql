-- Days on which something was told, the newest first, with a stamp that changes when anything that their pages show does.
WITH numbered AS (
    SELECT
        d.*,
        timezone($zone, d.told_at)::DATE AS day,
        row_number() OVER (PARTITION BY d.storyline_id ORDER BY d.told_at, d.happened_at, d.development_id) AS number,
        count(*) OVER (PARTITION BY d.storyline_id) AS turns
    FROM development_list AS d
), said AS (
    SELECT development_id, sum(hash(position, text, article_id, part_starts, part_ends)::HUGEINT) AS stamp
    FROM development_sentences
    GROUP BY development_id
), told AS (
    SELECT
        x.development_id,
        sum(hash(x.position, x.article_id, x.relation, v.url, v.title, v.language, v.published_at,
                 coalesce(s.name, v.publisher, v.site))::HUGEINT) AS stamp
    FROM development_outlets AS x
    JOIN article_versions AS v ON v.version_id = x.version_id
    LEFT JOIN source_list AS s ON s.source_id = v.source_id
    GROUP BY x.development_id
)
SELECT
    n.day,
    count(*) FILTER (WHERE n.kind <> 'update') AS told,
    count(*) FILTER (WHERE n.kind = 'update') AS updates,
    sum(hash(n.development_id, n.kind, n.headline, n.happened_at, n.told_at, n.weight, n.reasons, n.topics, n.entities,
             n.storyline_id, n.storyline_title, n.number, greatest(0, (n.turns - $least) // $block), said.stamp, told.stamp)::HUGEINT)::VARCHAR AS stamp
FROM numbered AS n
LEFT JOIN said ON said.development_id = n.development_id
LEFT JOIN told ON told.development_id = n.development_id
GROUP BY n.day
ORDER BY n.day DESC
