-- BM25 (Robertson and others, TREC-3, 1994) with k1 = 1.2, b = 0.75; occurrences in the title count four times.
-- The texts stream by once and are not kept: what is gathered of an article is its id and its counts.
WITH
asked AS (SELECT unnest($words::VARCHAR[]) AS word, unnest($patterns::VARCHAR[]) AS pattern),
pool AS NOT MATERIALIZED (
    SELECT article_id, title, text, greatest(words, 1) AS words, coalesce(published_at, first_seen_at) AS dated_at
    FROM article_versions
    WHERE version_id IN (
        SELECT version_id
        FROM standings
        WHERE standing = 'new'
            AND ($topic::VARCHAR IS NULL OR version_id IN (SELECT version_id FROM topic_hits WHERE topic_id = $topic))
    )
),
size AS MATERIALIZED (SELECT count(*) AS articles, avg(words) AS words FROM pool),
counted AS MATERIALIZED (
    SELECT
        held.article_id,
        held.words,
        held.dated_at,
        asked.word,
        4 * len(regexp_extract_all(held.title, asked.pattern)) + len(regexp_extract_all(held.body, asked.pattern)) AS times
    FROM (
        SELECT
            article_id,
            words,
            dated_at,
            lower(strip_accents(title)) AS title,
            lower(strip_accents(coalesce(text, ''))) AS body
        FROM pool
    ) AS held
    JOIN asked ON contains(held.title, asked.word) OR contains(held.body, asked.word)
),
rarity AS (
    SELECT word, ln(1 + (any_value(size.articles) - count(*) + 0.5) / (count(*) + 0.5)) AS idf
    FROM counted
    CROSS JOIN size
    WHERE times > 0
    GROUP BY word
),
best AS MATERIALIZED (
    SELECT
        c.article_id,
        count(*) AS words_found,
        sum(r.idf * c.times * 2.2 / (c.times + 1.2 * (0.25 + 0.75 * c.words / size.words))) AS score,
        any_value(c.dated_at) AS dated_at
    FROM counted AS c
    JOIN rarity AS r ON r.word = c.word
    CROSS JOIN size
    WHERE c.times > 0
    GROUP BY c.article_id
    ORDER BY words_found DESC, score DESC, dated_at DESC, c.article_id
    LIMIT $limit
)
SELECT
    a.article_id, a.title, a.outlet, a.url, a.dated_at, a.language, a.topics, a.copies, b.score, b.words_found, t.text
FROM best AS b
JOIN articles AS a ON a.article_id = b.article_id
JOIN (SELECT version_id, text FROM article_versions WHERE article_id IN (SELECT article_id FROM best)) AS t
    ON t.version_id = a.version_id
ORDER BY b.words_found DESC, b.score DESC, a.dated_at DESC, a.article_id
