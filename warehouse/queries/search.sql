-- Articles that answer a query, best first; the body of the macro search() in the snapshot (warehouse/search/macros.py
-- turns $name into a parameter of the macro), and what `sovwatch search` runs. docs/search.md tells how a query is read.
-- Score: BM25 (Robertson and others, TREC-3, 1994; k1 = 1.2, b = 0.75) of the text plus twice that of the title.
WITH
parts AS (
    SELECT regexp_extract_all(
        regexp_replace(left(CAST($query AS VARCHAR), 1000), '[“”„‟«»＂]', '"', 'g'), '[-−]?"[^"]*"?|[^\s"]+'
    ) AS said
),
-- One row a word, phrase or beginning of a word. Those with OR between them share a slot.
cut AS (
    SELECT
        piece,
        said[piece] AS part,
        len(list_filter(range(1, piece + 1), lambda i: said[i] <> 'OR' AND (i = 1 OR said[i - 1] <> 'OR'))) AS slot,
        regexp_extract_all(lower(said[piece]), '[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}ー]+|(?:[^\P{L}\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}ー]|\p{N})(?:[^\P{L}\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}ー]|[\p{N}\p{M}])*') AS runs
    FROM (SELECT said, unnest(range(1, least(len(said), 40) + 1)) AS piece FROM parts)
    WHERE said[piece] <> 'OR'
),
pieces AS (
    SELECT
        piece,
        slot,
        regexp_matches(part, '^[-−].') AS is_out,
        regexp_matches(part, '\*"?$') AS is_open,
        list_filter(list_transform(
            flatten(list_transform(runs, lambda run, i:
                CASE WHEN length(run) > 1 AND regexp_matches(run, '^[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}ー]')
                    THEN list_transform(range(1, length(run) + (i < len(runs))::INTEGER), lambda n: run[n:n + 1])
                    ELSE [run]
                END
            )),
            lambda token: replace(replace(replace(
                translate(lower(strip_accents(left(token, 60))), 'øłđ', 'old'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe')
        ), lambda word: word <> '') AS words
    FROM cut
),
words AS (
    SELECT
        piece, place, words[place] AS word, len(words) AS length,
        (is_open AND place = len(words)) OR regexp_matches(words[place], '^[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]$') AS is_open
    FROM (SELECT piece, words, is_open, unnest(range(1, least(len(words), 20) + 1)) AS place FROM pieces)
),
-- A word that was never seen is taken for a form of one that was: up to three letters are cut off, y may become i.
forms AS (
    SELECT piece, place, length, (n + 1) // 2 AS cut, left(word, length(word) - cut) || CASE WHEN n = 2 THEN 'i' ELSE '' END AS form
    FROM (SELECT piece, place, length, word, unnest([0, 1, 2, 3, 5]) AS n FROM words WHERE NOT is_open)
    WHERE n = 0 OR (length(word) - cut >= 4 AND (n <> 2 OR word[-1] = 'y'))
),
terms AS MATERIALIZED (
    SELECT DISTINCT piece, place, length, term
    FROM (
        SELECT f.piece, f.place, f.length, v.term, f.cut, min(f.cut) OVER (PARTITION BY f.piece, f.place) AS least_cut
        FROM search_words AS v
        JOIN forms AS f ON f.form = v.word
    )
    WHERE cut = least_cut
    UNION ALL
    SELECT DISTINCT w.piece, w.place, w.length, v.term
    FROM search_words AS v
    JOIN words AS w ON left(w.word, 1) = left(v.word, 1) AND starts_with(v.word, w.word)
    WHERE w.is_open
),
single AS (
    SELECT t.piece, p.doc, sum(p.text_times) AS text_times, sum(p.title_times) AS title_times
    FROM search_postings AS p
    JOIN terms AS t ON t.term = p.term
    WHERE t.length = 1
    GROUP BY t.piece, p.doc
),
-- A phrase is looked for only where all its words are. Each place holds one word, so that counting rows counts words.
phrases AS (
    SELECT piece, doc, count(*) FILTER (start >= 64) AS text_times, count(*) FILTER (start < 64) AS title_times
    FROM (
        SELECT piece, doc, start
        FROM (
            SELECT t.piece, t.length, p.doc, unnest(p.positions) - t.place + 1 AS start
            FROM search_postings AS p
            JOIN terms AS t ON t.term = p.term
            SEMI JOIN (
                SELECT t.piece, p.doc
                FROM search_postings AS p
                JOIN terms AS t ON t.term = p.term
                WHERE t.length > 1
                GROUP BY t.piece, p.doc
                HAVING bit_count(bit_or(1 << t.place)) = any_value(t.length)
            ) AS near ON near.piece = t.piece AND near.doc = p.doc
            WHERE t.length > 1
        )
        GROUP BY piece, doc, start
        HAVING count(*) = any_value(length)
    )
    GROUP BY piece, doc
),
hits AS MATERIALIZED (
    SELECT
        h.piece, h.doc, h.text_times, h.title_times, d.text_words, d.title_words, d.dated_at,
        ($topic IS NULL OR list_has_any(string_split(d.topics, ','), string_split($topic, ',')))
        AND ($source IS NULL OR list_contains(string_split($source, ','), d.source_id) OR list_contains(string_split($source, ','), d.site))
        AND ($language IS NULL OR list_contains(string_split($language, ','), d.language))
        AND ($since IS NULL OR epoch_us(d.dated_at) >= epoch_us(CAST($since AS TIMESTAMP)))
        AND ($until IS NULL OR epoch_us(d.dated_at) < epoch_us(CAST($until AS TIMESTAMP))) AS is_wanted
    FROM (FROM single UNION ALL FROM phrases) AS h
    JOIN search_docs AS d ON d.doc = h.doc
),
collection AS (
    SELECT count(*) AS docs, avg(text_words) AS text_words, avg(title_words) AS title_words, max(dated_at) AS newest_at
    FROM search_docs
),
weights AS (
    SELECT
        h.piece,
        any_value(s.slot) AS slot,
        any_value(s.is_out) AS is_out,
        2.2 * ln(1 + (any_value(c.docs) - count(*) FILTER (h.text_times > 0) + 0.5)
            / (count(*) FILTER (h.text_times > 0) + 0.5)) AS text_weight,
        4.4 * ln(1 + (any_value(c.docs) - count(*) FILTER (h.title_times > 0) + 0.5)
            / (count(*) FILTER (h.title_times > 0) + 0.5)) AS title_weight,
        any_value(c.text_words) AS text_words,
        any_value(c.title_words) AS title_words,
        any_value(c.newest_at) AS newest_at
    FROM hits AS h
    JOIN pieces AS s ON s.piece = h.piece
    CROSS JOIN collection AS c
    GROUP BY h.piece
),
best AS (
    SELECT
        doc,
        bit_count(bit_or(CASE WHEN is_out THEN 0 ELSE 1::BIGINT << slot END)) AS words_found,
        sum(score) * CASE WHEN $sort = 'recent' THEN 0.25 + 0.75 * 0.5 ** (any_value(age_days) / 30) ELSE 1 END AS score,
        any_value(dated_at) AS dated_at
    FROM (
        SELECT
            h.doc,
            w.is_out,
            w.slot,
            h.dated_at,
            greatest(epoch(w.newest_at) - epoch(h.dated_at), 0) / 86400 AS age_days,
            w.text_weight * h.text_times / (h.text_times + 0.3 + 0.9 * h.text_words / w.text_words)
            + w.title_weight * h.title_times / (h.title_times + 0.3 + 0.9 * h.title_words / w.title_words) AS score
        FROM hits AS h
        JOIN weights AS w ON w.piece = h.piece
        WHERE h.is_wanted
    )
    GROUP BY doc
    HAVING NOT bool_or(is_out)
    ORDER BY
        words_found DESC, CASE WHEN $sort = 'newest' THEN epoch_us(any_value(dated_at)) END DESC, score DESC,
        dated_at DESC, doc
    LIMIT $top
),
-- What follows shows the words in the text: the stretch that holds most of them. Which signs stand between words is
-- told roughly here, since patterns with all letters of Unicode take milliseconds to compile.
spellings AS (
    SELECT list(DISTINCT v.word) AS known
    FROM search_words AS v
    SEMI JOIN (SELECT t.term FROM terms AS t JOIN pieces AS p ON p.piece = t.piece WHERE NOT p.is_out) AS t
        ON t.term = v.term
),
shown AS (
    SELECT
        v.article_id, v.language, v.source_id, d.topics, b.dated_at, b.score, b.words_found, v.title, v.url,
        coalesce(s.name, v.publisher, v.site) AS outlet,
        regexp_extract_all(
            -- A standfirst that the text begins with (mostly a feed's summary) would be shown twice.
            left(concat_ws(E'\n\n',
                CASE WHEN contains(left(v.text, 1000), left(v.standfirst, 60)) THEN NULL ELSE nullif(v.standfirst, '') END,
                v.text), 20000),
            '[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}ー]|[^\x00-/:-@\[-`{-¿×÷\x{2000}-\x{20cf}\x{3000}-\x{3004}\x{3008}-\x{3020}\x{ff00}-\x{ff0f}\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}ー]+|[\x00-/:-@\[-`{-¿×÷\x{2000}-\x{20cf}\x{3000}-\x{3004}\x{3008}-\x{3020}\x{ff00}-\x{ff0f}]+'
        ) AS bits
    FROM best AS b
    JOIN search_docs AS d ON d.doc = b.doc
    JOIN article_versions AS v ON v.rowid = d.place
    LEFT JOIN source_list AS s ON s.source_id = d.source_id
    WHERE b.words_found = (SELECT max(x.words_found) FROM best AS x)
),
folded AS (
    SELECT *, list_transform(bits, lambda bit: replace(replace(replace(
        translate(lower(strip_accents(bit)), 'øłđ', 'old'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe')) AS plain
    FROM shown
),
paired AS (
    SELECT *, list_transform(plain, lambda bit, i:
        CASE WHEN regexp_matches(bit, '^[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}ー]$') AND i < len(plain)
            THEN bit || plain[i + 1] ELSE bit END) AS spelt
    FROM folded
),
marked AS (
    SELECT *, list_filter(range(1, len(spelt) + 1), lambda i: list_contains(seen, spelt[i])) AS places
    FROM (SELECT p.*, list_intersect(p.spelt, k.known) AS seen FROM paired AS p CROSS JOIN spellings AS k)
),
counted AS (
    SELECT *, list_transform(places[:60], lambda i: len(list_intersect(spelt[i:i + 45], seen))) AS counts FROM marked
),
framed AS (
    SELECT *, greatest(coalesce(places[list_position(counts, list_max(counts))], 1) - 12, 1) AS start FROM counted
)
SELECT
    f.article_id,
    f.title,
    f.outlet,
    f.dated_at,
    f.score,
    CASE WHEN start > 1 THEN '… ' ELSE '' END
    || trim(replace(regexp_replace(array_to_string(list_transform(bits[start:start + 65], lambda bit, i:
        CASE WHEN list_contains(places, start + i - 1)
            OR (list_contains(places, start + i - 2) AND spelt[start + i - 2] <> plain[start + i - 2])
            THEN $opening || bit || $closing ELSE bit END), ''), '\s+', ' ', 'g'), $closing || $opening, ''))
    || CASE WHEN len(bits) > start + 65 THEN ' …' ELSE '' END AS passage,
    f.url,
    f.language,
    f.source_id,
    string_split(nullif(topics, ''), ',') AS topics,
    f.words_found
FROM framed AS f
ORDER BY
    f.words_found DESC, CASE WHEN $sort = 'newest' THEN epoch_us(f.dated_at) END DESC, f.score DESC, f.dated_at DESC,
    f.article_id
