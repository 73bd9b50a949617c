-- BM25 (Robertson and others, TREC-3, 1994) with k1 = 1.2, b = 0.75; occurrences in the title count four times.
WITH
asked AS (SELECT unnest($words::VARCHAR[]) AS word, unnest($patterns::VARCHAR[]) AS pattern),
pool AS (
    SELECT
        article_id,
        lower(strip_accents(title)) AS title,
        lower(strip_accents(coalesce(text, ''))) AS body,
        greatest(words, 1) AS words
    FROM articles
    WHERE $topic::VARCHAR IS NULL OR list_contains(topics, $topic)
),
counted AS (
    SELECT
        pool.article_id,
        pool.words,
        asked.word,
        4 * len(regexp_extract_all(pool.title, asked.pattern)) + len(regexp_extract_all(pool.body, asked.pattern)) AS times
    FROM pool
    JOIN asked ON contains(pool.title, asked.word) OR contains(pool.body, asked.word)
),
size AS (SELECT count(*) AS articles, avg(words) AS words FROM pool),
rarity AS (
    SELECT word, ln(1 + (any_value(size.articles) - count(*) + 0.5) / (count(*) + 0.5)) AS idf
    FROM counted
    CROSS JOIN size
    WHERE times > 0
    GROUP BY word
),
scored AS (
    SELECT
        c.article_id,
        count(*) AS words_found,
        sum(r.idf * c.times * 2.2 / (c.times + 1.2 * (0.25 + 0.75 * c.words / size.words))) AS score
    FROM counted AS c
    JOIN rarity AS r ON r.word = c.word
    CROSS JOIN size
    WHERE c.times > 0
    GROUP BY c.article_id
)
SELECT
    a.article_id, a.title, a.outlet, a.url, a.dated_at, a.language, a.topics, a.copies, s.score, s.words_found, a.text
FROM scored AS s
JOIN articles AS a ON a.article_id = s.article_id
ORDER BY s.words_found DESC, s.score DESC, a.dated_at DESC, a.article_id
LIMIT $limit
