-- Asked at the end of the demo: what each outlet wrote itself, what it copied, and how often others copied it.
SELECT
    coalesce(a.outlet, c.outlet) AS outlet,
    coalesce(a.own, 0) AS own_reports,
    coalesce(a.copied, 0) AS copied_by_others,
    coalesce(c.copies, 0) AS copied_from_others
FROM (SELECT outlet, count(*) AS own, sum(copies) AS copied FROM articles GROUP BY outlet) AS a
FULL JOIN (SELECT outlet, count(*) AS copies FROM copies GROUP BY outlet) AS c ON c.outlet = a.outlet
ORDER BY copied_by_others DESC, own_reports DESC, outlet;
