-- Articles like one of them (its article_id), best first; the body of the macro similar_articles() in the snapshot.
-- What an article is about are the 25 of its words that weigh most by tf-idf, those of the title counting four times.
-- Others are scored by BM25 for these words; 1 is the score that the article itself has.
WITH
own AS (SELECT d.doc FROM search_docs AS d WHERE d.article_id = CAST($article AS VARCHAR)),
collection AS (SELECT count(*) AS docs, avg(text_words + title_words) AS words FROM search_docs),
said AS MATERIALIZED (
    SELECT p.term, p.text_times + 4 * p.title_times AS times
    FROM search_postings AS p
    JOIN own AS o ON o.doc = p.doc
),
telling AS MATERIALIZED (
    SELECT s.term, ln(1 + (c.docs - n.docs + 0.5) / (n.docs + 0.5)) AS idf, s.times / (s.times + 1.2) AS share
    FROM said AS s
    JOIN (SELECT p.term, count(*) AS docs FROM search_postings AS p SEMI JOIN said AS t ON t.term = p.term GROUP BY p.term) AS n
        ON n.term = s.term
    CROSS JOIN collection AS c
    WHERE n.docs > 1 AND n.docs <= greatest(c.docs / 10, 20)
    ORDER BY idf * share DESC, s.term
    LIMIT 25
),
best AS MATERIALIZED (
    SELECT d.doc, d.article_id, d.dated_at, d.topics, sum(
        t.idf * t.share * (p.text_times + 4 * p.title_times) / (p.text_times + 4 * p.title_times
            + 0.3 + 0.9 * (d.text_words + d.title_words) / c.words)
    ) AS score
    FROM search_postings AS p
    JOIN telling AS t ON t.term = p.term
    JOIN search_docs AS d ON d.doc = p.doc
    CROSS JOIN collection AS c
    GROUP BY d.doc, d.article_id, d.dated_at, d.topics
    ORDER BY score DESC, d.dated_at DESC, d.doc
    LIMIT $top + 1
),
tellers AS (
    SELECT m.article_id, arg_max(m.story_id, m.joined_at) AS story_id
    FROM story_members AS m
    SEMI JOIN best AS b ON b.article_id = m.article_id
    GROUP BY m.article_id
)
SELECT
    b.article_id,
    v.title,
    coalesce(s.name, v.publisher, v.site) AS outlet,
    b.dated_at,
    round(b.score / (SELECT max(x.score) FROM best AS x JOIN own AS o ON o.doc = x.doc), 4) AS likeness,
    CASE
        WHEN t.story_id = mine.story_id THEN 'same story'
        WHEN l.storyline_id = mine.storyline_id THEN 'same storyline'
        ELSE 'alike'
    END AS relation,
    v.url,
    v.language,
    v.source_id,
    string_split(nullif(b.topics, ''), ',') AS topics
FROM best AS b
JOIN search_docs AS d ON d.doc = b.doc
JOIN article_versions AS v ON v.rowid = d.place
LEFT JOIN source_list AS s ON s.source_id = v.source_id
LEFT JOIN tellers AS t ON t.article_id = b.article_id
LEFT JOIN story_list AS l ON l.story_id = t.story_id
LEFT JOIN (
    SELECT x.story_id, y.storyline_id
    FROM tellers AS x
    LEFT JOIN story_list AS y ON y.story_id = x.story_id
    WHERE x.article_id = CAST($article AS VARCHAR)
) AS mine ON true
WHERE b.doc NOT IN (SELECT o.doc FROM own AS o)
ORDER BY b.score DESC, b.dated_at DESC, b.doc
LIMIT $top
