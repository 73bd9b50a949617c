-- Kinships of an article, as it was judged and as others were judged against it, best first: of each other article the
-- latest. With the version of the other that was current when the verdict fell (none: known by its fingerprint).
SELECT
    k.version_id, k.article_id, k.other_id, k.relation, k.share, k.other_share, k.confidence, k.fingerprint_only,
    k.spans, k.features, k.reasons,
    coalesce(
        max_by(o.version_id, o.version) FILTER (WHERE o.first_seen_at <= v.judged_at),
        min_by(o.version_id, o.version)
    ) AS other_version_id
FROM kinships AS k
JOIN verdicts AS v ON v.version_id = k.version_id
LEFT JOIN article_versions AS o ON o.article_id = k.other_id AND o.version_id <> k.version_id
WHERE k.article_id = $article_id OR k.other_id = $article_id
GROUP BY k.version_id, k.article_id, k.other_id, k.relation, k.share, k.other_share, k.confidence, k.fingerprint_only,
    k.spans, k.features, k.reasons, v.judged_at
QUALIFY row_number() OVER (PARTITION BY k.article_id, k.other_id ORDER BY v.judged_at DESC, k.version_id DESC) = 1
ORDER BY k.article_id = $article_id DESC, k.confidence DESC, k.share DESC, k.article_id, k.other_id
