-- Asked at the end of the demo: every copy, how it copies what, and how much of it stands in the original.
SELECT
    outlet,
    relation,
    CAST(round(100 * share) AS INTEGER) AS percent,
    title,
    original_outlet || ': ' || original_title AS original
FROM copies
ORDER BY dated_at, outlet;
