"""A year of nights: whether a night stays as quick when years lie behind it, and what grows.

    python -m tests.benchmarks.years [--nights 365] [--articles 5000] [--known 1800000] [--sample 1000] [--keep DIR]

The years behind are written in bulk, weeks at a time and table by table, as nights leave them: entries, outcomes,
versions with texts, verdicts, marks of the copy index, stories, storylines, terms, developments, the search index. Then
the night's own code runs over `--sample` fresh articles that stand there as read: judge, tell, index, publish; once
with a week behind it and once with all of it. Words come from the copies' vocabulary (Zipf), so that marks and terms
collide as they would. Before the measured night a small one is run and published, so that both are nights like any
other: workers and words warm, the snapshot of the night before last waiting as the spare.

Times are wall and processor time of each step; a night of `--articles` is what it costs to do its share of samples
(publishing is taken as it is). `publish_anew` is what it costs to write the whole snapshot, as an upgrade does.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from extractors.model import Article, FeedEntry, TopicMatch, digest64
from tests.benchmarks.copies_scale import Writer
from warehouse.connection import Connection, open_file
from warehouse.store import PendingEntry, Reading, add_feed_results, add_readings, finish_run, start_run, transaction
from warehouse.stories.terms import Terms

SMALL = 60  # articles of the night before the measured one
AT_ONCE = 24  # nights: about as many rows as DuckDB writes in one piece
IN_WINDOW = 14  # nights whose reports are compared with fresh ones: each with terms of its own
FIRST = datetime(2025, 1, 1, 2, 30, tzinfo=UTC)
SITES = 300


def main() -> int:
    """Measures a night after a week and after all; prints the figures as the last lines."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nights", type=int, default=365)
    parser.add_argument("--articles", type=int, default=5_000)
    parser.add_argument("--known", type=int, default=1_800_000)
    parser.add_argument("--sample", type=int, default=1_000)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = chosen.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        figures = measure(chosen, folder)
    if chosen.out:
        chosen.out.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    for name, value in figures.items():
        print(f"{name}: {value}")
    return 0


def measure(chosen: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Every figure, by name."""
    writer = Writer()
    figures: dict[str, Any] = {"load": round(os.getloadavg()[0], 1)}
    nights = {"week": 7, "years": max(8, round(chosen.known / chosen.articles))}
    begun = time.monotonic()
    path = folder / "warehouse.duckdb"
    grown = 0
    for name, upto in nights.items():
        con = open_file(path, memory_limit="4GB")
        con.execute("SET wal_autocheckpoint = '100GB'")
        grow(con, writer, first=grown, upto=upto, articles=chosen.articles)
        grown = upto + 2  # the small night and the measured one
        con.close()
        figures[f"{name}_known"] = upto * chosen.articles
        figures[f"{name}_warehouse_gb"] = round(path.stat().st_size / 1e9, 2)
        print(f"{name}: filled after {time.monotonic() - begun:.0f} s", flush=True)
        anew = publish_anew(folder, path, at=FIRST + timedelta(days=upto))
        figures[f"{name}_publish_anew_wall_cpu_s"] = anew
        print(f"{name}: {figures}", flush=True)
        copied = run_night(folder, path, writer, night=upto, sample=SMALL)["publish"]
        figures[f"{name}_publish_by_copy_wall_cpu_s"] = tuple(round(one, 2) for one in copied)
        told = run_night(folder, path, writer, night=upto + 1, sample=chosen.sample)
        figures[f"{name}_steps_wall_s"] = {step: round(wall, 2) for step, (wall, _) in told.items()}
        figures[f"{name}_steps_cpu_s"] = {step: round(cpu, 2) for step, (_, cpu) in told.items()}
        # What depends on the number of fresh articles is scaled up, what does not (publishing) is taken as it is.
        factor = chosen.articles / chosen.sample
        for which, kind in ((0, "wall"), (1, "cpu")):
            whole = sum(cost[which] * (1 if step.startswith("publish") else factor) for step, cost in told.items())
            figures[f"{name}_night_{kind}_s"] = round(whole, 1)
        figures[f"{name}_snapshot_gb"] = round((folder / "sovwatch.duckdb").stat().st_size / 1e9, 2)
        print(f"{name}: {time.monotonic() - begun:.0f} s so far, {figures[f'{name}_steps_wall_s']}", flush=True)
    for kind in ("wall", "cpu"):
        figures[f"times_{kind}"] = round(figures[f"years_night_{kind}_s"] / figures[f"week_night_{kind}_s"], 2)
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000
    return figures


# ---- the night that is measured ----


def publish_anew(folder: Path, path: Path, *, at: datetime) -> tuple[float, float]:
    """Wall and processor time of writing the whole snapshot."""
    from warehouse.publish import publish_snapshot

    con = open_file(path, memory_limit="1GB")
    wall, cpu = time.monotonic(), time.process_time()
    publish_snapshot(con, snapshot=folder / "sovwatch.duckdb", published_at=at, anew=True)
    con.close()
    return round(time.monotonic() - wall, 1), round(time.process_time() - cpu, 1)


def run_night(
    folder: Path, path: Path, writer: Writer, *, night: int, sample: int
) -> dict[str, tuple[float, float]]:  # fmt: skip
    """Wall and processor time of each step of a night, which is then part of the warehouse."""
    from flows.steps.judging import BATCH
    from warehouse.dates_ahead import add_dates_ahead
    from warehouse.dedupe import CopyRules, add_sketches, judge_articles
    from warehouse.publish import publish_snapshot
    from warehouse.search import index_articles
    from warehouse.store import add_verdicts, find_unjudged
    from warehouse.stories import StoryRules, store_telling, tell_stories

    as_of = FIRST + timedelta(days=night)
    con = open_file(path, memory_limit="1GB")
    run_id = f"r{night}"
    told: dict[str, tuple[float, float]] = {}

    def step(name: str, work: Any) -> Any:
        wall, cpu = time.monotonic(), time.process_time()
        result = work()
        before = told.get(name, (0.0, 0.0))
        told[name] = (before[0] + time.monotonic() - wall, before[1] + time.process_time() - cpu)
        return result

    step("start", lambda: start_run(con, run_id=run_id, kind="night", as_of=as_of, started_at=as_of, version="1"))
    step("entries and readings", lambda: take_up(con, writer, run_id=run_id, night=night, sample=sample, as_of=as_of))

    def judge() -> int:
        waiting = find_unjudged(con, limit=BATCH)
        articles = [article for _, article in waiting]
        verdicts = judge_articles(con, articles, rules=CopyRules(), as_of=as_of)
        judged = [(version, article, verdict) for (version, article), verdict in zip(waiting, verdicts, strict=True)]
        with transaction(con):
            add_verdicts(con, run_id=run_id, as_of=as_of, judged=judged)
            add_sketches(con, articles, verdicts)
        return len(waiting)

    while step("judge", judge):
        pass
    telling = step("tell", lambda: tell_stories(con, as_of=as_of, rules=StoryRules(), watchlist={}))
    with transaction(con):
        step("store stories", lambda: store_telling(con, telling, run_id=run_id))
    step("close", lambda: close_run(con, run_id=run_id, at=as_of))
    step("dates ahead", lambda: add_dates_ahead(con))
    step("index", lambda: index_articles(con))
    step("publish", lambda: publish_snapshot(con, snapshot=folder / "sovwatch.duckdb", published_at=as_of))
    con.close()
    return told


def close_run(con: Connection, *, run_id: str, at: datetime) -> None:
    """The run is done, so that the index need not look at it again."""
    with transaction(con):
        finish_run(con, run_id=run_id, finished_at=at, state="done", exit_code=0, counts={})


def take_up(con: Connection, writer: Writer, *, run_id: str, night: int, sample: int, as_of: datetime) -> None:
    """Fresh articles of tonight, stored as a night stores what it has read."""
    entries, readings = [], []
    for number in range(sample):
        article = fresh_article(writer, night * 1_000_000 + number, at=as_of - timedelta(minutes=number % 1_200))
        entry = FeedEntry(source_id="s", feed_url="u", key=article.url, url=article.url, link=article.url,
                          title=article.title, published_at=article.published_at,
                          published_certainty="exact")  # fmt: skip
        entries.append(entry)
        PendingEntry(entry=entry, attempts=0, first_seen_at=as_of)
        readings.append(Reading(entry=entry, article=article,
                                topics=(TopicMatch(topic_id="t", weight=3.0, terms=("x",)),)))  # fmt: skip
    for start in range(0, sample, 100):
        part = slice(start, start + 100)
        with transaction(con):
            add_feed_results(con, run_id=run_id, as_of=as_of, fetches=[], entries=entries[part])
        with transaction(con):
            add_readings(con, run_id=run_id, as_of=as_of, readings=readings[part])


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


# ---- the years behind ----


def grow(con: Connection, writer: Writer, *, first: int, upto: int, articles: int) -> None:
    """Rows of the nights `first` to `upto`, as nights leave them; a few hundred texts serve all, each made its own."""
    from warehouse.dedupe.reading import read_article
    from warehouse.dedupe.sketch import sketch
    from warehouse.stories.terms import parse_terms

    pool = [fresh_article(writer, 10_000_000 + number, at=FIRST) for number in range(400)]
    marks = [sketch(read_article(article)) for article in pool]
    terms = [parse_terms(article.title, article.text, "en") for article in pool[:100]]
    index_pool(con, pool)
    rng = np.random.default_rng(first)
    fine = max(first, upto - IN_WINDOW)
    starts = [*range(first, fine, AT_ONCE), *range(fine, upto)]
    for start, end in zip(starts, [*starts[1:], upto], strict=True):
        add_nights(con, pool, marks, terms, rng, first=start, upto=end, articles=articles, fine=start >= fine)
        if end - start == AT_ONCE or end == upto:
            con.execute("CHECKPOINT")
            print(f"  {end} nights", flush=True)


def add_nights(
    con: Connection, pool: list[Article], marks: list[Any], terms: list[Terms], rng: Any, *, first: int, upto: int,
    articles: int, fine: bool,
) -> None:  # fmt: skip
    """The rows of nights, in one transaction."""
    numbers = np.arange(first * articles, upto * articles)
    picks = rng.integers(0, len(pool), size=len(numbers))
    ids = [f"{number:016x}" for number in numbers]
    words = rng.integers(0, 1 << 40, size=len(numbers))
    nights = numbers // articles
    if fine:
        own = [own_terms(terms[p % len(terms)], w) for p, w in zip(picks, words, strict=True)]
    else:  # nobody compares with these any more: they only take up room
        few = [own_terms(terms[n % len(terms)], w) for n, w in enumerate(words[:1000])]
        own = [few[n % len(few)] for n in range(len(numbers))]
    rows = {
        "article_id": ids, "version_id": [f"{one}.1" for one in ids],
        "url": [f"https://site-{n % SITES}.example/{n}" for n in numbers],
        "site": [f"site-{n % SITES}.example" for n in numbers], "run_id": [f"r{n}" for n in nights],
        "dated": [FIRST + timedelta(days=int(n)) for n in nights],
        "title": [f"{pool[p].title} {w:x}" for p, w in zip(picks, words, strict=True)],
        "text": [f"{w:x} {pool[p].text}" for p, w in zip(picks, words, strict=True)],
        "story_id": [f"s{number:015x}" for number in numbers // 3],
        "storyline_id": [f"l{number:015x}" for number in numbers // 12],
        "entry_id": [digest64(one) for one in ids], "content_hash": [f"{w:016x}" for w in words], "terms": own,
        "doc": numbers.astype(np.uint32), "pick": picks.astype(np.uint32),
    }  # fmt: skip
    con.register("night", pa.table(rows))
    con.execute("BEGIN")
    for sql in ROWS:
        con.execute(sql)
    # Passages are each article's own, terms are shared: posting lists grow as they would.
    every = np.concatenate([np.where(marks[p] & 1, marks[p], (marks[p] ^ (w & 0xFFFFFFFE)) & 0xFFFFFFFE)
                            for p, w in zip(picks, words, strict=True)]).astype(np.uint32)  # fmt: skip
    docs = np.repeat(numbers, [len(marks[p]) for p in picks]).astype(np.uint32)
    con.register("marks", pa.table({"hash": every, "doc": docs}))
    con.execute("INSERT INTO copy_marks SELECT hash, doc FROM marks")
    for night in range(first, upto):  # the index holds a segment a night
        bounds = {"first": night * articles, "last": (night + 1) * articles - 1}
        con.execute(POSTINGS, bounds)
        con.execute(
            """INSERT INTO search_segments SELECT $first, $last, count(*), (SELECT analyzer FROM pool_analyzer)
            FROM search_postings WHERE doc BETWEEN $first AND $last""", bounds,
        )  # fmt: skip
    con.execute("COMMIT")
    con.unregister("marks")
    con.unregister("night")


def index_pool(con: Connection, pool: list[Article]) -> None:
    """Postings of the pool's articles, as temporary tables; their words stand in the index from the first call on."""
    from warehouse.connection import open_memory
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
    for name, (ids, counts) in terms.fields.items():
        mine = np.where(ids % 5 == 0, ids, ids ^ np.uint32(int(word) & 0xFFFFFFFF)).astype(np.uint32)
        fields[name] = (np.sort(mine), counts)
    return Terms(fields=fields, tokens=terms.tokens).to_bytes()


POSTINGS = """INSERT INTO search_postings
SELECT p.term, n.doc, p.title_times, p.text_times, p.positions
FROM night AS n JOIN pool_postings AS p ON p.doc = n.pick
WHERE n.doc BETWEEN $first AND $last
ORDER BY p.term, n.doc"""
ROWS = (
    """INSERT INTO runs BY NAME SELECT run_id, 'night' AS kind, dated AS as_of, dated AS started_at,
    dated AS finished_at, 'done' AS state, '1' AS version FROM night GROUP BY run_id, dated""",
    "INSERT INTO search_runs SELECT DISTINCT run_id FROM night",
    """INSERT INTO search_docs BY NAME SELECT n.doc, n.article_id, 1 AS version, p.title_words, p.text_words,
    'en' AS language, 's' AS source_id, n.site, 't' AS topics, n.dated AS dated_at
    FROM night AS n JOIN pool_docs AS p ON p.doc = n.pick ORDER BY n.doc""",
    """INSERT INTO search_words SELECT 'w' || content_hash || i, 1000000 + 2 * doc + i, true
    FROM night, range(2) r(i)""",
    "INSERT INTO dates_read SELECT DISTINCT 'd' || story_id, 1 FROM night",
    """INSERT INTO entries BY NAME SELECT entry_id, 's' AS source_id, 'u' AS feed_url, url AS entry_key, url,
    url AS link, article_id, title, '' AS summary, dated AS published_at, 'exact' AS published_certainty,
    content_hash AS fingerprint,
    dated AS first_seen_at, run_id AS first_run_id, 'done' AS state, version_id FROM night""",
    "INSERT INTO run_entries SELECT run_id, entry_id, 'new' FROM night",
    """INSERT INTO entry_outcomes BY NAME SELECT run_id, entry_id, 'new' AS outcome, article_id, dated AS happened_at
    FROM night""",
    """INSERT INTO fetches BY NAME SELECT entry_id AS fetch_id, run_id, 'page' AS kind, 's' AS source_id, url,
    'ok' AS code, 200 AS status, dated AS fetched_at, run_id AS archive_file, 1 AS archive_offset FROM night""",
    """INSERT INTO article_versions BY NAME SELECT version_id, article_id, 1 AS version, 'night' AS origin, run_id, url,
    site, 's' AS source_id, title, dated AS published_at, 'exact' AS published_certainty, dated AS first_seen_at,
    dated AS fetched_at, 'en' AS language, text, 450 AS words, 'full' AS access, content_hash,
    'x' AS extractor FROM night""",
    """INSERT INTO verdicts BY NAME SELECT version_id, article_id, run_id, 'new' AS relation, dated AS judged_at
    FROM night""",
    """INSERT INTO topic_hits BY NAME SELECT version_id, article_id, 't' AS topic_id, 3.0 AS weight, ['x'] AS terms
    FROM night""",
    """INSERT INTO copy_documents SELECT ('0x' || article_id)::UINTEGER, article_id, article_id, site, 'en'
    FROM night""",
    """INSERT INTO site_paragraphs SELECT site, substr(content_hash, 1, 8) || i, article_id, 60, dated
    FROM night, range(4) r(i)""",
    """INSERT INTO story_list BY NAME SELECT story_id, any_value(storyline_id) AS storyline_id, min(title) AS title,
    min(article_id) AS founder_id, any_value(run_id) AS run_id, min(dated) AS first_at, min(dated) AS told_at,
    'en' AS language, false AS seed FROM night WHERE story_id NOT IN (SELECT story_id FROM story_list)
    GROUP BY story_id""",
    """INSERT INTO story_members BY NAME SELECT version_id, article_id, story_id, run_id, 'report' AS role,
    0.8 AS similarity, 0.3 AS novelty, site, dated AS member_at, dated AS joined_at FROM night""",
    """INSERT INTO article_terms BY NAME SELECT version_id, story_id, storyline_id, site, 'en' AS language,
    dated AS member_at, true AS dated, terms FROM night""",
    """INSERT INTO story_terms SELECT story_id, any_value(storyline_id), min(dated),
    list_transform(range(40), lambda i: (hash(story_id || i) % 400000)::UINTEGER),
    list_transform(range(40), lambda i: 0.158::FLOAT) FROM night
    WHERE story_id NOT IN (SELECT story_id FROM story_terms) GROUP BY story_id""",
    """INSERT INTO storyline_list BY NAME SELECT storyline_id, min(title) AS title, min(story_id) AS founder_id,
    any_value(run_id) AS run_id, min(dated) AS first_at, min(dated) AS last_at, min(title) AS state,
    4 AS stories, 2 AS turns,
    ['Somebody'] AS entities FROM night WHERE storyline_id NOT IN (SELECT storyline_id FROM storyline_list)
    GROUP BY storyline_id""",
    """INSERT INTO storyline_facts SELECT storyline_id, dated,
    list_transform(range(60), lambda i: (hash(storyline_id || i) % 4000000)::UINTEGER)
    FROM night GROUP BY storyline_id, dated""",
    """INSERT INTO entity_mentions BY NAME SELECT version_id, article_id, story_id, storyline_id,
    'name-' || (hash(article_id || i) % 20000) AS entity, 2 AS mentions, false AS listed, dated AS mentioned_at
    FROM night, range(6) r(i)""",
    """INSERT INTO development_list BY NAME SELECT 'd' || story_id AS development_id, story_id,
    any_value(storyline_id) AS storyline_id, min(title) AS storyline_title, any_value(run_id) AS run_id,
    'turn' AS kind, min(title) AS headline, min(dated) AS happened_at, min(dated) AS told_at, 0.5 AS weight,
    0.6 AS score, ['x'] AS reasons,
    ['t'] AS topics, ['Somebody'] AS entities, ['en'] AS languages FROM night
    WHERE 'd' || story_id NOT IN (SELECT development_id FROM development_list) GROUP BY story_id""",
    """INSERT INTO development_outlets SELECT 'd' || story_id, 1, version_id, article_id, 'new' FROM night""",
    """INSERT INTO development_sentences SELECT DISTINCT 'd' || story_id, 1, title, article_id, [0], [10] FROM night""",
)


if __name__ == "__main__":
    raise SystemExit(main())
