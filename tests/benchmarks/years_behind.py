"""Nights that lie behind, written in bulk as nights leave them: what `tests.benchmarks.years` measures on top of.

A few hundred generated articles serve all: they are read, sketched, parsed and indexed once by the project's own code.
Every article of the years is one of them under an identity of its own: own address, text (a word before it), passage
marks, and rare terms; telling terms, frequent words and postings are shared, so that lists grow as they would. Rows
are made by the database out of these pools, a few weeks at a time, each table with all its columns and indexes.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from extractors.model import Article, digest64
from extractors.pages.boilerplate import paragraph_hash
from tests.benchmarks.copies_scale import Writer
from warehouse.connection import Connection, open_memory
from warehouse.store import start_run
from warehouse.stories.terms import FIELDS, Terms

FIRST = datetime(2025, 1, 1, 2, 30, tzinfo=UTC)
AT_ONCE = 74  # nights: three times as many rows as DuckDB writes in one piece, and does not log
IN_WINDOW = 14  # nights whose reports are compared with fresh ones: each with terms of its own
TEMPLATES = 2  # orders in which the pool's articles follow one another in a night
OLD_TERMS = 1_000  # different terms of reports that are no longer compared: these only take up room
POOL = 400
SITES = 300


def fresh_article(writer: Writer, seed: int, *, at: datetime) -> Article:
    """Generated article number `seed`."""
    title, text = writer.text(seed)
    site = f"site-{seed % SITES}.example"
    url = f"https://{site}/{seed}"
    return Article(
        article_id=digest64(url), url=url, site=site, title=title, paragraphs=tuple(text.split("\n\n")),
        fetched_at=at, extractor="generated", source_id="s", published_at=at, published_certainty="exact",
        language="en",
    )  # fmt: skip


def grow(con: Connection, writer: Writer, *, upto: int, articles: int) -> None:
    """Writes the nights 0 to `upto` of so many articles each, as nights leave them."""
    terms = make_pools(con, writer, articles=articles)
    rng = np.random.default_rng(upto)
    fine = max(0, upto - IN_WINDOW)
    starts = [*range(0, fine, AT_ONCE), *range(fine, upto)]
    for start, end in zip(starts, [*starts[1:], upto], strict=True):
        add_nights(con, terms, rng, first=start, upto=end, articles=articles, fine=start >= fine)
        if end - start == AT_ONCE or end == upto:
            con.execute("CHECKPOINT")
            print(f"  {end} nights", flush=True)


# ---- the pools, as temporary tables ----


def make_pools(con: Connection, writer: Writer, *, articles: int) -> list[Terms]:
    """Texts, marks, paragraphs, postings and old terms of the pool, as temporary tables; its terms."""
    from warehouse.dedupe.reading import read_article
    from warehouse.dedupe.sketch import sketch
    from warehouse.stories.terms import parse_terms

    pool = [fresh_article(writer, 10_000_000 + number, at=FIRST) for number in range(POOL)]
    picks = np.arange(POOL, dtype=np.uint32)
    keep(con, "pool", {"pick": picks, "title": [one.title for one in pool], "text": [one.text for one in pool]})
    marks = [sketch(read_article(article)) for article in pool]
    keep(con, "pool_marks", {"pick": picks.repeat([len(m) for m in marks]), "hash": np.concatenate(marks)})
    paragraphs = [(n, place, paragraph_hash(text), len(text.split()))
                  for n, one in enumerate(pool) for place, text in enumerate(one.paragraphs)]  # fmt: skip
    columns = zip(("pick", "position", "paragraph", "words"), zip(*paragraphs, strict=True), strict=True)
    keep(con, "pool_paragraphs", dict(columns))
    rng = np.random.default_rng(4)
    slots = [rng.integers(0, POOL, size=articles, dtype=np.uint32) for _ in range(TEMPLATES)]
    keep(con, "slots", {"template": np.repeat(np.arange(TEMPLATES, dtype=np.uint32), articles),
                        "number": np.tile(np.arange(articles, dtype=np.uint32), TEMPLATES),
                        "pick": np.concatenate(slots)})  # fmt: skip
    index_pool(con, pool)
    con.execute("""CREATE OR REPLACE TEMP TABLE template_postings AS
        SELECT s.template, p.term, s.number, p.title_times, p.text_times, p.positions
        FROM slots AS s JOIN pool_postings AS p ON p.doc = s.pick ORDER BY s.template, p.term, s.number""")
    terms = [parse_terms(article.title, article.text, "en") for article in pool[:100]]
    words = rng.integers(0, 1 << 32, size=OLD_TERMS)
    old = [own_terms(terms[n % len(terms)], int(word)) for n, word in enumerate(words)]
    keep(con, "old_terms", {"number": np.arange(OLD_TERMS), "terms": old})
    vectors = [rng.permutation(np.unique(one.ids_of("body")))[:40] for one in terms]
    keep(con, "pool_vectors", {"number": np.arange(len(terms)), "terms": [v.astype(np.uint32) for v in vectors]})
    return terms


def keep(con: Connection, table: str, columns: dict[str, Any]) -> None:
    """A temporary table with these columns."""
    con.register("given", pa.table(columns))
    con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT * FROM given")
    con.unregister("given")


def index_pool(con: Connection, pool: list[Article]) -> None:
    """Postings of the pool's articles, as temporary tables; their words stand in the index from now on."""
    from warehouse.search import index_articles

    small = open_memory()
    start_run(small, run_id="pool", kind="night", as_of=FIRST, started_at=FIRST, version="1")
    small.register("pool", pa.table({
        "article_id": [f"{number:016x}" for number in range(len(pool))], "title": [one.title for one in pool],
        "text": [one.text for one in pool],
    }))  # fmt: skip
    small.execute("""INSERT INTO article_versions BY NAME SELECT article_id || '.1' AS version_id, article_id,
        1 AS version, 'night' AS origin, 'pool' AS run_id, article_id AS url, 's' AS site, title, text, 1 AS words,
        'exact' AS published_certainty, now() AS first_seen_at, now() AS fetched_at, 'en' AS language,
        'full' AS access, 'x' AS content_hash, 'x' AS extractor FROM pool ORDER BY article_id""")
    small.execute("""INSERT INTO verdicts BY NAME SELECT article_id || '.1' AS version_id, article_id,
        'pool' AS run_id, 'new' AS relation, now() AS judged_at FROM pool""")
    index_articles(small)
    for table in ("postings", "words", "docs"):
        con.register("found", small.execute(f"SELECT * FROM search_{table}").to_arrow_table())
        con.execute(f"CREATE OR REPLACE TEMP TABLE pool_{table} AS SELECT * FROM found")
        con.unregister("found")
    analyzer = small.execute("SELECT any_value(analyzer) FROM search_segments").fetchall()[0]
    con.execute("CREATE OR REPLACE TEMP TABLE pool_analyzer AS SELECT ?::VARCHAR AS analyzer", analyzer)
    con.execute("INSERT INTO search_words SELECT * FROM pool_words WHERE (SELECT count(*) FROM search_words) = 0")
    small.close()


def own_terms(terms: Terms, word: int) -> bytes:
    """The terms of a report of its own: rare ones (four of five) are replaced, frequent ones are shared."""
    fields = {}
    for name in FIELDS:
        ids = terms.ids_of(name)
        mine = np.where(ids % 5 == 0, ids, ids ^ np.uint32(word & 0xFFFFFFFF)).astype(np.uint32)
        fields[name] = (np.sort(mine), terms.counts_of(name))
    return Terms.of(fields, terms.tokens).to_bytes()


# ---- the rows ----


def add_nights(
    con: Connection, terms: list[Terms], rng: Any, *, first: int, upto: int, articles: int, fine: bool
) -> None:
    """The rows of nights, in one transaction; with `fine`, each report has terms of its own."""
    con.execute("BEGIN")
    con.execute(NIGHT, {"first": first, "upto": upto, "articles": articles, "since": FIRST - timedelta(days=0),
                        "templates": TEMPLATES, "sites": SITES})  # fmt: skip
    if fine:
        words = rng.integers(0, 1 << 32, size=(upto - first) * articles)
        own = [own_terms(terms[n % len(terms)], int(word)) for n, word in enumerate(words)]
        keep(con, "night_terms", {"doc": np.arange(first * articles, upto * articles, dtype=np.uint32), "terms": own})
        con.execute(ARTICLE_TERMS.format(source="night_terms AS t ON t.doc = n.doc"))
    else:
        con.execute(ARTICLE_TERMS.format(source=f"old_terms AS t ON t.number = n.doc % {OLD_TERMS}"))
    for sql in ROWS:
        con.execute(sql)
    for night in range(first, upto):  # the index holds a segment a night
        asked = {"first": night * articles, "template": night % TEMPLATES}
        con.execute(POSTINGS, asked)
        con.execute(SEGMENT, {**asked, "last": (night + 1) * articles - 1})
    con.execute("COMMIT")


NIGHT = """CREATE OR REPLACE TEMP TABLE night AS
SELECT *, article_id || '.1' AS version_id, 'https://' || site || '/' || article_id AS url, FROM (
    SELECT
        (n.night * $articles + s.number)::UINTEGER AS doc, s.pick, 'r' || n.night AS run_id,
        $since::TIMESTAMPTZ + to_days(n.night::INTEGER) AS told,
        $since::TIMESTAMPTZ + to_days(n.night::INTEGER) - to_minutes(s.number % 1200) AS dated,
        format('{:016x}', hash(doc)) AS article_id, format('{:016x}', hash(doc, 1)) AS entry_id,
        format('{:016x}', hash(doc, 2)) AS fetch_id, (hash(doc, 3) & 4294967294)::UINTEGER AS word,
        format('{:016x}', hash(doc, 3)) AS content_hash, 'site-' || doc % $sites || '.example' AS site,
        format('{:016x}', hash(doc // 3, 4)) AS story_id, format('{:016x}', hash(doc // 12, 5)) AS storyline_id,
        format('{:016x}', hash(doc // 3, 6)) AS development_id, doc % 3 = 0 AS founds,
        doc % 12 = 0 AS opens, p.title || ' ' || content_hash AS title
    FROM range($first, $upto) AS n(night)
    JOIN slots AS s ON s.template = n.night % $templates
    JOIN pool AS p ON p.pick = s.pick
) ORDER BY doc"""
ARTICLE_TERMS = """INSERT INTO article_terms BY NAME SELECT n.version_id, n.story_id, n.storyline_id, n.site,
    'en' AS language, n.dated AS member_at, true AS dated, t.terms FROM night AS n JOIN {source}"""
POSTINGS = """INSERT INTO search_postings
    SELECT term, ($first + number)::UINTEGER, title_times, text_times, positions
    FROM template_postings WHERE template = $template"""
SEGMENT = """INSERT INTO search_segments SELECT $first, $last,
    (SELECT count(*) FROM template_postings WHERE template = $template), (SELECT analyzer FROM pool_analyzer)"""
ROWS = (
    """INSERT INTO runs BY NAME SELECT run_id, 'night' AS kind, any_value(told) AS as_of, as_of AS started_at,
    as_of AS finished_at, 'done' AS state, '1' AS version FROM night GROUP BY run_id ORDER BY as_of""",
    "INSERT INTO search_runs SELECT DISTINCT run_id FROM night",
    """INSERT INTO search_docs BY NAME SELECT n.doc, n.article_id, 1 AS version, p.title_words, p.text_words,
    'en' AS language, 's' AS source_id, n.site, 't' AS topics, n.dated AS dated_at
    FROM night AS n JOIN pool_docs AS p ON p.doc = n.pick ORDER BY n.doc""",
    """INSERT INTO search_words SELECT 'w' || content_hash || i, 1000000 + 2 * doc + i, true
    FROM night, range(2) r(i)""",
    """INSERT INTO entries BY NAME SELECT entry_id, 's' AS source_id, 'u' AS feed_url, url AS entry_key, url,
    url AS link, article_id, title, '' AS summary, dated AS published_at, 'exact' AS published_certainty,
    content_hash AS fingerprint, told AS first_seen_at, run_id AS first_run_id, 'done' AS state, version_id
    FROM night""",
    "INSERT INTO run_entries SELECT run_id, entry_id, 'new' FROM night",
    """INSERT INTO entry_outcomes BY NAME SELECT run_id, entry_id, 'new' AS outcome, article_id, told AS happened_at
    FROM night""",
    """INSERT INTO fetches BY NAME SELECT fetch_id, run_id, 'page' AS kind, 's' AS source_id, url,
    'ok' AS code, 200 AS status, told AS fetched_at, run_id AS archive_file, 1 AS archive_offset FROM night""",
    """INSERT INTO article_versions BY NAME SELECT n.version_id, n.article_id, 1 AS version, 'night' AS origin,
    n.run_id, n.url, n.site, 's' AS source_id, n.title, n.dated AS published_at, 'exact' AS published_certainty,
    n.told AS first_seen_at, n.told AS fetched_at, 'en' AS language, n.content_hash || ' ' || p.text AS text,
    450 AS words, 'full' AS access, n.content_hash, 'x' AS extractor
    FROM night AS n JOIN pool AS p ON p.pick = n.pick ORDER BY n.doc""",
    """INSERT INTO verdicts BY NAME SELECT version_id, article_id, run_id, 'new' AS relation, told AS judged_at
    FROM night""",
    """INSERT INTO topic_hits BY NAME SELECT version_id, article_id, 't' AS topic_id, 3.0 AS weight, ['x'] AS terms
    FROM night""",
    "INSERT INTO copy_documents SELECT doc, article_id, article_id, site, 'en' FROM night",
    # Passages are each article's own, terms are shared.
    """INSERT INTO copy_marks
    SELECT CASE WHEN m.hash & 1 = 1 THEN m.hash ELSE xor(m.hash, n.word) END, n.doc
    FROM night AS n JOIN pool_marks AS m ON m.pick = n.pick ORDER BY n.doc""",
    """INSERT INTO site_paragraphs
    SELECT n.site, format('{:016x}', hash(p.paragraph, n.doc)), n.article_id, p.words, n.told
    FROM night AS n JOIN pool_paragraphs AS p ON p.pick = n.pick ORDER BY n.doc, p.position""",
    """INSERT INTO story_list BY NAME SELECT story_id, storyline_id, title, article_id AS founder_id, run_id,
    dated AS first_at, told AS told_at, 'en' AS language, false AS seed FROM night WHERE founds""",
    """INSERT INTO story_members BY NAME SELECT version_id, article_id, story_id, run_id, 'report' AS role,
    0.8 AS similarity, 0.3 AS novelty, site, dated AS member_at, told AS joined_at FROM night""",
    # Of what a story is about four terms of five are its own, as with the terms of reports.
    """INSERT INTO story_terms SELECT n.story_id, n.storyline_id, n.dated,
    list_transform(v.terms, lambda t: CASE WHEN t % 5 = 0 THEN t ELSE xor(t, n.word) END),
    list_transform(v.terms, lambda t: 0.158::FLOAT)
    FROM night AS n JOIN pool_vectors AS v ON v.number = n.pick % (SELECT count(*) FROM pool_vectors) WHERE n.founds""",
    """INSERT INTO storyline_list BY NAME SELECT storyline_id, title, story_id AS founder_id, run_id,
    dated AS first_at, told AS last_at, title AS state, 4 AS stories, 2 AS turns, ['Somebody'] AS entities
    FROM night WHERE opens""",
    """INSERT INTO storyline_facts SELECT storyline_id, told,
    list_transform(range(60), lambda i: (hash(storyline_id, i) % 4000000)::UINTEGER) FROM night WHERE opens""",
    """INSERT INTO entity_mentions BY NAME SELECT version_id, article_id, story_id, storyline_id,
    'name-' || (hash(article_id, i) % 20000) AS entity, 2 AS mentions, false AS listed, dated AS mentioned_at
    FROM night, range(6) r(i)""",
    """INSERT INTO development_list BY NAME SELECT development_id, story_id, storyline_id, title AS storyline_title,
    run_id, 'turn' AS kind, title AS headline, dated AS happened_at, told AS told_at, 0.5 AS weight, 0.6 AS score,
    ['x'] AS reasons, ['t'] AS topics, ['Somebody'] AS entities, ['en'] AS languages FROM night WHERE founds""",
    "INSERT INTO dates_read SELECT development_id, 1 FROM night WHERE founds",
    "INSERT INTO development_outlets SELECT development_id, doc % 3, version_id, article_id, 'new' FROM night",
    """INSERT INTO development_sentences SELECT development_id, 1, title, article_id, [0], [10]
    FROM night WHERE founds""",
)  # fmt: skip
