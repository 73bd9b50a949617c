-- The clocks of the nights in a span of time: what to tell again, in order. Where articles came in, there was one.
SELECT as_of FROM (
    SELECT told_at AS as_of FROM development_list
    UNION
    SELECT joined_at FROM story_members
    UNION
    SELECT judged_at FROM verdicts WHERE version_id NOT IN (SELECT version_id FROM story_members)
)
WHERE as_of BETWEEN $since AND $until
ORDER BY as_of
