-- What is known to repeat on the given sites.
SELECT site, paragraph
FROM site_boilerplate SEMI JOIN (SELECT unnest(CAST($sites AS VARCHAR[])) AS site) AS asked USING (site)
