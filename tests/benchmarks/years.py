"""A year of nights: whether a night stays as quick when years lie behind it, and what grows.

    python -m tests.benchmarks.years [--nights 365] [--articles 5000] [--known 1800000] [--sample 1000] [--keep DIR]

The years behind are written in bulk, night by night and table by table, as nights leave them: entries, outcomes,
versions with texts, verdicts, marks of the copy index, stories, storylines, terms, developments. Then the night's own
code runs over `--sample` fresh articles that stand there as read: judge, tell, publish; once with a week behind it and
once with all of it. Words come from the copies' vocabulary (Zipf), so that marks and terms collide as they would.
Times are wall and processor time of each step; a night of `--articles` is what it costs to do its share of samples.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
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
from warehouse.store import PendingEntry, Reading, add_feed_results, add_readings, start_run, transaction
from warehouse.stories.terms import Terms

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
        con = open_file(path, memory_limit="1GB")
        grow(con, writer, first=grown, upto=upto, articles=chosen.articles)
        grown = upto
        con.close()
        figures[f"{name}_known"] = upto * chosen.articles
        figures[f"{name}_warehouse_gb"] = round(path.stat().st_size / 1e9, 2)
        told = run_night(folder, path, writer, night=upto, sample=chosen.sample, copy=name)
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


def run_night(
    folder: Path, path: Path, writer: Writer, *, night: int, sample: int, copy: str
) -> dict[str, tuple[float, float]]:
    """Wall and processor time of each step of a night over a copy of the warehouse."""
    from flows.steps.judging import BATCH
    from warehouse.dedupe import CopyRules, add_sketches, judge_articles
    from warehouse.publish import publish_snapshot
    from warehouse.store import add_verdicts, find_unjudged
    from warehouse.stories import StoryRules, store_telling, tell_stories

    mine = folder / f"{copy}.duckdb"
    shutil.copyfile(path, mine)
    as_of = FIRST + timedelta(days=night)
    con = open_file(mine, memory_limit="1GB")
    told: dict[str, tuple[float, float]] = {}

    def step(name: str, work: Any) -> Any:
        wall, cpu = time.monotonic(), time.process_time()
        result = work()
        before = told.get(name, (0.0, 0.0))
        told[name] = (before[0] + time.monotonic() - wall, before[1] + time.process_time() - cpu)
        return result

    step("start", lambda: start_run(con, run_id="measured", kind="night", as_of=as_of, started_at=as_of, version="1"))
    step("entries and readings", lambda: take_up(con, writer, night=night, sample=sample, as_of=as_of))

    def judge() -> int:
        waiting = find_unjudged(con, limit=BATCH)
        articles = [article for _, article in waiting]
        verdicts = judge_articles(con, articles, rules=CopyRules(), as_of=as_of)
        judged = [(version, article, verdict) for (version, article), verdict in zip(waiting, verdicts, strict=True)]
        with transaction(con):
            add_verdicts(con, run_id="measured", as_of=as_of, judged=judged)
            add_sketches(con, articles, verdicts)
        return len(waiting)

    while step("judge", judge):
        pass
    telling = step("tell", lambda: tell_stories(con, as_of=as_of, rules=StoryRules(), watchlist={}))
    with transaction(con):
        step("store stories", lambda: store_telling(con, telling, run_id="measured"))
    step("publish", lambda: publish_snapshot(con, snapshot=folder / "sovwatch.duckdb", published_at=as_of))
    con.close()
    mine.unlink()
    return told


def take_up(con: Connection, writer: Writer, *, night: int, sample: int, as_of: datetime) -> None:
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
            add_feed_results(con, run_id="measured", as_of=as_of, fetches=[], entries=entries[part])
        with transaction(con):
            add_readings(con, run_id="measured", as_of=as_of, readings=readings[part])


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
    rng = np.random.default_rng(first)
    for night in range(first, upto):
        add_night(con, pool, marks, terms, rng, night=night, articles=articles)
        if night % 30 == 29:
            con.execute("CHECKPOINT")
            print(f"  {night + 1} nights", flush=True)
    con.execute("CHECKPOINT")


def add_night(
    con: Connection, pool: list[Article], marks: list[Any], terms: list[Terms], rng: Any, *, night: int, articles: int
) -> None:
    """One night's rows."""
    as_of = FIRST + timedelta(days=night)
    numbers = np.arange(night * articles, (night + 1) * articles)
    picks = rng.integers(0, len(pool), size=articles)
    ids = [f"{number:016x}" for number in numbers]
    words = rng.integers(0, 1 << 40, size=articles)
    run = f"r{night}"
    stories = [f"s{number:015x}" for number in numbers // 3]
    lines = [f"l{number:015x}" for number in numbers // 12]
    own = {
        "article_id": ids, "version_id": [f"{one}.1" for one in ids],
        "url": [f"https://site-{n % SITES}.example/{n}" for n in numbers],
        "site": [f"site-{n % SITES}.example" for n in numbers], "run_id": [run] * articles,
        "title": [f"{pool[p].title} {w:x}" for p, w in zip(picks, words, strict=True)],
        "text": [f"{w:x} {pool[p].text}" for p, w in zip(picks, words, strict=True)],
        "story_id": stories, "storyline_id": lines, "entry_id": [digest64(one) for one in ids],
        "content_hash": [f"{w:016x}" for w in words],
        "terms": [own_terms(terms[p % len(terms)], w) for p, w in zip(picks, words, strict=True)],
    }  # fmt: skip
    con.register("night", pa.table(own))
    at = {"at": as_of}
    con.execute("BEGIN")
    for sql in ROWS:
        con.execute(sql, at if "$at" in sql else {})
    # Passages are each article's own, terms are shared: posting lists grow as they would.
    every = np.concatenate([np.where(marks[p] & 1, marks[p], (marks[p] ^ (w & 0xFFFFFFFE)) & 0xFFFFFFFE)
                            for p, w in zip(picks, words, strict=True)]).astype(np.uint32)  # fmt: skip
    docs = np.repeat(numbers, [len(marks[p]) for p in picks]).astype(np.uint32)
    con.register("marks", pa.table({"hash": every, "doc": docs}))
    con.execute("INSERT INTO copy_marks SELECT hash, doc FROM marks")
    con.execute("COMMIT")
    con.unregister("marks")
    con.unregister("night")


def own_terms(terms: Terms, word: int) -> bytes:
    """The terms of a report of its own: rare ones (four of five) are replaced, frequent ones are shared."""
    fields = {}
    for name, (ids, counts) in terms.fields.items():
        mine = np.where(ids % 5 == 0, ids, ids ^ np.uint32(int(word) & 0xFFFFFFFF)).astype(np.uint32)
        fields[name] = (np.sort(mine), counts)
    return Terms(fields=fields, tokens=terms.tokens).to_bytes()


ROWS = (
    """INSERT INTO entries BY NAME SELECT entry_id, 's' AS source_id, 'u' AS feed_url, url AS entry_key, url,
    url AS link, article_id, title, '' AS summary, $at AS published_at, 'exact' AS published_certainty,
    content_hash AS fingerprint,
    $at AS first_seen_at, run_id AS first_run_id, 'done' AS state, version_id FROM night""",
    "INSERT INTO run_entries SELECT run_id, entry_id, 'new' FROM night",
    """INSERT INTO entry_outcomes BY NAME SELECT run_id, entry_id, 'new' AS outcome, article_id, $at AS happened_at
    FROM night""",
    """INSERT INTO fetches BY NAME SELECT entry_id AS fetch_id, run_id, 'page' AS kind, 's' AS source_id, url,
    'ok' AS code, 200 AS status, $at AS fetched_at, run_id AS archive_file, 1 AS archive_offset FROM night""",
    """INSERT INTO article_versions BY NAME SELECT version_id, article_id, 1 AS version, 'night' AS origin, run_id, url,
    site, 's' AS source_id, title, $at AS published_at, 'exact' AS published_certainty, $at AS first_seen_at,
    $at AS fetched_at, 'en' AS language, text, 450 AS words, 'full' AS access, content_hash,
    'x' AS extractor FROM night""",
    """INSERT INTO verdicts BY NAME SELECT version_id, article_id, run_id, 'new' AS relation, $at AS judged_at
    FROM night""",
    """INSERT INTO topic_hits BY NAME SELECT version_id, article_id, 't' AS topic_id, 3.0 AS weight, ['x'] AS terms
    FROM night""",
    """INSERT INTO copy_documents SELECT ('0x' || article_id)::UINTEGER, article_id, article_id, site, 'en'
    FROM night""",
    """INSERT INTO site_paragraphs SELECT site, substr(content_hash, 1, 8) || i, article_id, 60, $at
    FROM night, range(4) r(i)""",
    """INSERT INTO story_list BY NAME SELECT story_id, any_value(storyline_id) AS storyline_id, min(title) AS title,
    min(article_id) AS founder_id, any_value(run_id) AS run_id, $at AS first_at, $at AS told_at, 'en' AS language,
    false AS seed FROM night WHERE story_id NOT IN (SELECT story_id FROM story_list) GROUP BY story_id""",
    """INSERT INTO story_members BY NAME SELECT version_id, article_id, story_id, run_id, 'report' AS role,
    0.8 AS similarity, 0.3 AS novelty, site, $at AS member_at, $at AS joined_at FROM night""",
    """INSERT INTO article_terms BY NAME SELECT version_id, story_id, storyline_id, site, 'en' AS language,
    $at AS member_at, true AS dated, terms FROM night""",
    """INSERT INTO story_terms SELECT story_id, any_value(storyline_id), $at,
    list_transform(range(40), lambda i: (hash(story_id || i) % 400000)::UINTEGER),
    list_transform(range(40), lambda i: 0.158::FLOAT) FROM night
    WHERE story_id NOT IN (SELECT story_id FROM story_terms) GROUP BY story_id""",
    """INSERT INTO storyline_list BY NAME SELECT storyline_id, min(title) AS title, min(story_id) AS founder_id,
    any_value(run_id) AS run_id, $at AS first_at, $at AS last_at, min(title) AS state, 4 AS stories, 2 AS turns,
    ['Somebody'] AS entities FROM night WHERE storyline_id NOT IN (SELECT storyline_id FROM storyline_list)
    GROUP BY storyline_id""",
    """INSERT INTO storyline_facts SELECT storyline_id, $at,
    list_transform(range(60), lambda i: (hash(storyline_id || i) % 4000000)::UINTEGER)
    FROM night GROUP BY storyline_id""",
    """INSERT INTO entity_mentions BY NAME SELECT version_id, article_id, story_id, storyline_id,
    'name-' || (hash(article_id || i) % 20000) AS entity, 2 AS mentions, false AS listed, $at AS mentioned_at
    FROM night, range(6) r(i)""",
    """INSERT INTO development_list BY NAME SELECT 'd' || story_id AS development_id, story_id,
    any_value(storyline_id) AS storyline_id, min(title) AS storyline_title, any_value(run_id) AS run_id, 'turn' AS kind,
    min(title) AS headline, $at AS happened_at, $at AS told_at, 0.5 AS weight, 0.6 AS score, ['x'] AS reasons,
    ['t'] AS topics, ['Somebody'] AS entities, ['en'] AS languages FROM night
    WHERE 'd' || story_id NOT IN (SELECT development_id FROM development_list) GROUP BY story_id""",
    """INSERT INTO development_outlets SELECT 'd' || story_id, 1, version_id, article_id, 'new' FROM night""",
    """INSERT INTO development_sentences SELECT DISTINCT 'd' || story_id, 1, title, article_id, [0], [10] FROM night""",
)


if __name__ == "__main__":
    raise SystemExit(main())
