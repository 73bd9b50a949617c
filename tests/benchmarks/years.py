"""A year of nights: whether a night stays as quick when years lie behind it, and what grows.

    python -m tests.benchmarks.years [--known 1800000] [--articles 5000] [--sample 5000] [--rounds 1] [--keep DIR]
                                     [--houses week,window,years] [--anew] [--out FILE]

Three houses are filled by `tests.benchmarks.years_behind`: one with a week behind it, one with 21 nights (stories are
compared with those of the last ten days: a week does not fill them, so that telling costs less there for a reason that
is not growth), one with all. Then a night's own code runs over `--sample` fresh articles that stand there as read:
feeds' entries, readings, judge, tell, report, dates ahead, index, publish. Each night has a process of its own and is
part of its house afterwards. Before the measured one a small night is run and published there, so that words are warm
and the snapshot of the night before last waits as the spare. The small houses are filled anew each time; the large one
stays in `--keep`, one night older with each round (fill once, measure many times; 50 GB for 1.8 million).

Times are wall and processor time of each step. Where `--sample` is smaller than `--articles`, a night is what it costs
to do its share of samples: too much, since what does not depend on the number of articles is counted several times;
only publishing is taken as it is. `--anew` measures how long the whole snapshot takes to write, as an upgrade does.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from extractors.model import Article, FeedEntry, TopicMatch
from tests.benchmarks.copies_scale import Writer
from tests.benchmarks.years_behind import FIRST, fresh_article, grow
from warehouse.connection import Connection, open_file
from warehouse.store import Reading, finish_run, start_run, transaction

SMALL = 60  # articles of the night before the measured one
PAGES = 100  # readings stored together, as nights do
T = TypeVar("T")
Cost = tuple[float, float]  # wall and processor seconds


def main() -> int:
    """Measures a night in each house; prints the figures as the last lines."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--known", type=int, default=1_800_000)
    parser.add_argument("--articles", type=int, default=5_000)
    parser.add_argument("--sample", type=int)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--houses", default="week,window,years")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--anew", action="store_true")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        figures = measure(chosen, chosen.keep or Path(scratch))
    if chosen.out:
        chosen.out.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    for name, value in figures.items():
        print(f"{name}: {value}")
    return 0


def measure(chosen: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Every figure, by name."""
    sample = chosen.sample or chosen.articles
    nights = {"week": 7, "window": 21, "years": max(8, round(chosen.known / chosen.articles))}
    figures: dict[str, Any] = {"load": round(os.getloadavg()[0], 1), "sample": sample}
    for round_number in range(chosen.rounds):
        for name in chosen.houses.split(","):
            begun = time.monotonic()
            house = folder / name
            if name != "years" or not (house / "filled").exists():
                shutil.rmtree(house, ignore_errors=True)
                house.mkdir(parents=True)
                apart(fill, house, nights[name], chosen.articles)
                (house / "filled").write_text(str(nights[name]), encoding="utf-8")
            if chosen.anew or not (house / "sovwatch.duckdb").exists():
                figures[f"{name}_publish_anew_wall_cpu_s"] = apart(publish_anew, house)
            figures[f"{name}_filled_s"] = round(time.monotonic() - begun)
            told, facts = apart(run_nights, house, sample)
            figures.update({f"{name}_{fact}": value for fact, value in facts.items()})
            # What depends on the number of fresh articles is scaled up, what does not (publishing) is taken as it is.
            factor = chosen.articles / sample
            for which, kind in ((0, "wall"), (1, "cpu")):
                figures[f"{name}_steps_{kind}_s"] = {step: round(cost[which], 2) for step, cost in told.items()}
                whole = sum(cost[which] * (1 if step == "publish" else factor) for step, cost in told.items())
                figures[f"{name}_night_{kind}_s"] = round(whole, 1)
            figures[f"{name}_load"] = round(os.getloadavg()[0], 1)
            print(f"round {round_number + 1}, {name}: {time.monotonic() - begun:.0f} s, "
                  f"{figures[f'{name}_night_cpu_s']} s of processor time, {figures[f'{name}_steps_cpu_s']}", flush=True)
        for name in nights:
            for kind in ("wall", "cpu"):
                if name != "years" and {f"years_night_{kind}_s", f"{name}_night_{kind}_s"} <= figures.keys():
                    times = figures[f"years_night_{kind}_s"] / figures[f"{name}_night_{kind}_s"]
                    figures.setdefault(f"times_{name}_{kind}", []).append(round(times, 2))
    return figures


def apart(work: Callable[..., T], *given: object) -> T:
    """What `work` gives, done in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


def fill(house: Path, nights: int, articles: int) -> None:
    """Writes the nights behind."""
    con = open_file(house / "warehouse.duckdb", memory_limit="5GB")
    con.execute("SET wal_autocheckpoint = '100GB'")
    grow(con, Writer(), upto=nights, articles=articles)
    con.close()


def publish_anew(house: Path) -> Cost:
    """Wall and processor time of writing the whole snapshot."""
    from warehouse.publish import publish_snapshot

    con = open_file(house / "warehouse.duckdb", memory_limit="1GB")
    wall, cpu = time.monotonic(), time.process_time()
    publish_snapshot(con, snapshot=house / "sovwatch.duckdb", published_at=next_night(con, house)[1], anew=True)
    con.close()
    return round(time.monotonic() - wall, 1), round(time.process_time() - cpu, 1)


# ---- the night that is measured ----


def run_nights(house: Path, sample: int) -> tuple[dict[str, Cost], dict[str, Any]]:
    """What each step of a night cost, after a small one; and facts of the house. Both are then part of it."""
    writer = Writer()
    small = run_night(house, writer, sample=SMALL)
    told = run_night(house, writer, sample=sample)
    con = open_file(house / "warehouse.duckdb")
    known = con.execute("SELECT count(*) FROM article_versions").fetchone()
    con.close()
    return told, {
        "known": known[0] - sample - SMALL if known else 0,
        "publish_after_small_wall_cpu_s": tuple(round(one, 2) for one in small["publish"]),
        "warehouse_gb": round((house / "warehouse.duckdb").stat().st_size / 1e9, 2),
        "snapshot_gb": round((house / "sovwatch.duckdb").stat().st_size / 1e9, 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000,
    }


def next_night(con: Connection, house: Path) -> tuple[int, datetime]:
    """Number and clock of the night after the last one: an hour later each time, so that those behind stay near."""
    nights = int((house / "filled").read_text())
    row = con.execute("SELECT count(*) FROM runs").fetchone()
    assert row is not None
    return row[0], FIRST + timedelta(days=nights, hours=row[0] - nights)


def run_night(house: Path, writer: Writer, *, sample: int) -> dict[str, Cost]:
    """Wall and processor time of each step of the next night."""
    from flows.steps.judging import BATCH, MARKS
    from warehouse.connection import bounded_memory
    from warehouse.dates_ahead import add_dates_ahead
    from warehouse.dedupe import CopyRules, CopyWorkers, add_sketches, judge_articles
    from warehouse.night_articles import count_waiting, find_night_articles
    from warehouse.publish import publish_snapshot
    from warehouse.search import index_articles
    from warehouse.store import add_verdicts, find_unjudged_ids, find_versions, sum_outcomes
    from warehouse.stories import StoryRules, find_developments, store_telling, tell_stories

    con = open_file(house / "warehouse.duckdb", memory_limit="1GB")
    number, as_of = next_night(con, house)
    run_id = f"n{number}"
    articles = [fresh_article(writer, number * 1_000_000 + n, at=as_of - timedelta(minutes=n % 1_200))
                for n in range(sample)]  # fmt: skip
    told: dict[str, Cost] = {}

    def step(name: str, work: Callable[[], T]) -> T:
        wall, cpu = time.monotonic(), time.process_time()
        result = work()
        before = told.get(name, (0.0, 0.0))
        told[name] = (before[0] + time.monotonic() - wall, before[1] + time.process_time() - cpu)
        return result

    unjudged: list[str] = []

    def find_waiting() -> list[tuple[str, Article]]:
        unjudged[:] = unjudged[BATCH:] or find_unjudged_ids(con)
        return find_versions(con, unjudged[:BATCH])

    def judge(crew: CopyWorkers) -> bool:
        waiting = step("unjudged", find_waiting)
        if not waiting:
            return False
        fresh = [article for _, article in waiting]

        def decide() -> Any:
            with bounded_memory(con):
                crew.sort_marks(con, house / MARKS)
                return judge_articles(con, fresh, rules=CopyRules(), as_of=as_of, crew=crew)

        verdicts = step("judge", decide)
        judged = [(version, article, verdict) for (version, article), verdict in zip(waiting, verdicts, strict=True)]

        def store() -> None:
            with transaction(con):
                add_verdicts(con, run_id=run_id, as_of=as_of, judged=judged)
                add_sketches(con, fresh, verdicts, crew=crew)

        step("store verdicts", store)
        return True

    def report() -> None:
        sum_outcomes(con, run_id)
        count_waiting(con)
        find_night_articles(con, run_id=run_id)
        find_developments(con, run_id=run_id)
        with transaction(con):
            finish_run(con, run_id=run_id, finished_at=as_of, state="done", exit_code=0, counts={})

    step("start", lambda: start_run(con, run_id=run_id, kind="night", as_of=as_of, started_at=as_of, version="1"))
    step("entries", lambda: take_up(con, articles, run_id=run_id, as_of=as_of))
    for first in range(0, sample, PAGES):
        part = articles[first : first + PAGES]
        step("readings", lambda part=part: read(con, part, run_id=run_id, as_of=as_of))  # type: ignore[misc]
    with CopyWorkers(1) as crew:
        while judge(crew):
            pass
    with bounded_memory(con):
        telling = step("tell", lambda: tell_stories(con, as_of=as_of, rules=StoryRules(), watchlist={}))
    with transaction(con):
        step("store stories", lambda: store_telling(con, telling, run_id=run_id))
    step("report", report)
    step("dates ahead", lambda: add_dates_ahead(con))
    step("index", lambda: index_articles(con))
    step("publish", lambda: publish_snapshot(con, snapshot=house / "sovwatch.duckdb", published_at=as_of))
    con.close()
    return told


def entry_of(article: Article) -> FeedEntry:
    """The feed's entry that leads to the article."""
    return FeedEntry(source_id="s", feed_url="u", key=article.url, url=article.url, link=article.url,
                     title=article.title, published_at=article.published_at,
                     published_certainty="exact")  # fmt: skip


def take_up(con: Connection, articles: list[Article], *, run_id: str, as_of: datetime) -> None:
    """Tonight's entries, looked up and stored as a night stores what its feeds gave."""
    from warehouse.store import add_feed_results, find_known_articles, find_known_entries, find_pending

    entries = [entry_of(article) for article in articles]
    find_known_entries(con, {entry.entry_id for entry in entries})
    find_known_articles(con, {article.article_id for article in articles})
    with transaction(con):
        add_feed_results(con, run_id=run_id, as_of=as_of, fetches=[], entries=entries)
    find_pending(con, as_of=as_of)


def read(con: Connection, articles: list[Article], *, run_id: str, as_of: datetime) -> None:
    """A batch of tonight's articles, stored as a night stores what it has read; what sites repeat is learnt."""
    from warehouse.boilerplate import add_site_paragraphs, find_site_boilerplate
    from warehouse.store import FetchRecord, add_readings

    find_site_boilerplate(con, {article.site for article in articles})
    readings = [
        Reading(entry=entry_of(article), article=article,
                fetch=FetchRecord(kind="page", url=article.url, code="ok", fetched_at=as_of, source_id="s", status=200),
                topics=(TopicMatch(topic_id="t", weight=3.0, terms=("x",)),))
        for article in articles
    ]  # fmt: skip
    with transaction(con):
        add_readings(con, run_id=run_id, as_of=as_of, readings=readings)
        add_site_paragraphs(con, articles, as_of=as_of)


if __name__ == "__main__":
    raise SystemExit(main())
