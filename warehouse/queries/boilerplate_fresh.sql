-- The paragraphs of articles, but for articles whose paragraphs are known already (a replay, a later version).
WITH given AS (
    SELECT unnest(CAST($sites AS VARCHAR[])) AS site,
           unnest(CAST($paragraphs AS VARCHAR[])) AS paragraph,
           unnest(CAST($article_ids AS VARCHAR[])) AS article_id,
           unnest(CAST($words AS INTEGER[])) AS words,
           unnest(CAST($seen_at AS TIMESTAMPTZ[])) AS seen_at
)
SELECT site, paragraph, article_id, any_value(words) AS words, min(seen_at) AS seen_at
FROM given ANTI JOIN site_paragraphs AS known USING (site, article_id)
GROUP BY site, paragraph, article_id
