-- Learns what the given sites repeat: paragraphs on many of a site's recent pages, seen on several nights, where those
-- pages have mostly text of their own. A page that is itself a copy of other pages of the site (one story under
-- several addresses, or in all editions of a regional network) has hardly any text of its own and does not count; nor
-- does it matter how many other sites carry the paragraph. Sites that repeat nothing new often enough, which are most,
-- are left out before pages are ranked.
INSERT INTO site_boilerplate
WITH repeating AS (
    SELECT DISTINCT site FROM (
        SELECT site, paragraph
        FROM site_paragraphs
        SEMI JOIN (SELECT unnest(CAST($sites AS VARCHAR[])) AS site) AS asked USING (site)
        GROUP BY site, paragraph
        HAVING count(*) >= $least_pages AND min(words) <= $most_words
    ) ANTI JOIN site_boilerplate USING (site, paragraph)
),
recent AS (
    SELECT site, paragraph, article_id, words, seen_at
    FROM site_paragraphs SEMI JOIN repeating USING (site)
    QUALIFY dense_rank() OVER (PARTITION BY site ORDER BY seen_at DESC, article_id) <= $most_pages
),
spread AS (
    SELECT site, paragraph, count(*) AS pages, any_value(words) AS words FROM recent GROUP BY site, paragraph
),
own AS (                                     -- the share of each page's words that stands on at most two pages
    SELECT recent.site, article_id, any_value(seen_at) AS seen_at,
           sum(CASE WHEN spread.pages <= 2 THEN recent.words ELSE 0 END) / sum(recent.words) AS share
    FROM recent JOIN spread USING (site, paragraph)
    GROUP BY recent.site, article_id
),
differing AS (SELECT site, article_id, seen_at FROM own WHERE share >= $least_own),
sizes AS (SELECT site, count(*) AS site_pages FROM differing GROUP BY site),
counted AS (
    SELECT recent.site, paragraph, count(*) AS pages, count(DISTINCT CAST(differing.seen_at AS DATE)) AS nights,
           any_value(recent.words) AS words
    FROM recent JOIN differing USING (site, article_id)
    GROUP BY recent.site, paragraph
)
SELECT counted.site, paragraph, pages, site_pages, CAST($learnt_at AS TIMESTAMPTZ)
FROM counted JOIN sizes ON sizes.site = counted.site
ANTI JOIN site_boilerplate AS known ON known.site = counted.site AND known.paragraph = counted.paragraph
WHERE pages >= $least_pages AND nights >= $least_nights AND words <= $most_words
  AND pages >= $least_share * site_pages
