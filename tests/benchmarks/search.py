"""Search, measured: how long queries take in the snapshot, how long a night takes to index, how the ranking compares.

    python -m tests.benchmarks.search --data DIR [--out FILE] [--articles 100000] [--known 1000000] [--against 20000]

The articles are generated (tests/benchmarks/search_corpus.py), the same on every machine; nothing is read from `--data`
but where files may be written: DIR/search-benchmark, which is removed at the end. Queries run in a bare DuckDB on the
published snapshot, as `SELECT * FROM search(...)`: parsing, ranking and passages included. Each is run seven times;
told is the best time, of the middle query of its kind, with its processor time, which other work inflates less.

The ranking is compared with tantivy's BM25 on the same 1,000 queries of one to three words. Both sides are given the
same words (tantivy's fields are cut at spaces and hold the stems that the index holds), the same weight of the title
and the same rule that every word must occur: what is compared is the ranking alone. tantivy keeps lengths in a byte.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from tests.benchmarks.search_corpus import A_NIGHT, generate, lemma
from tests.benchmarks.search_store import fill_warehouse
from warehouse.connection import Connection, open_file
from warehouse.publish import publish_snapshot
from warehouse.search import index_articles

RARE, COMMON = (60_000, 80_000, 100_000), (0, 3, 20)  # ranks of lemmas
TIMES = 7
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> None:
    """Runs all parts and prints the figures last."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=None)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--known", type=int, default=1_000_000)
    parser.add_argument("--against", type=int, default=20_000)
    parser.add_argument("--queries", type=int, default=1_000)
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="search-benchmark-", dir=chosen.data))
    figures: dict[str, Any] = {"load_before": os.getloadavg()[0]}
    try:
        if chosen.articles:
            figures |= measure_queries(folder, chosen.articles)
        if chosen.against:
            figures |= measure_ranking(folder, chosen.against, chosen.queries)
        if chosen.known:
            figures |= measure_growth(folder, chosen.known)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    figures["load_after"] = os.getloadavg()[0]
    if chosen.out:
        chosen.out.write_text(json.dumps(figures, indent=1))
    for name, value in figures.items():
        print(f"{name}: {value if not isinstance(value, float) else round(value, 4)}")


def measure_queries(folder: Path, articles: int) -> dict[str, Any]:
    """Seconds a query in the snapshot of so many articles, bytes an article, seconds of publishing."""
    file, snapshot = folder / "queries.duckdb", folder / "queries-snapshot.duckdb"
    with open_file(file, memory_limit="3GB") as con:
        fill_warehouse(con, 0, articles)
        index_s, index_cpu_s = timed(lambda: index_articles(con))
        publish_s, publish_cpu_s = timed(lambda: publish_snapshot(con, snapshot=snapshot, published_at=NOW))
        for table in ("search_docs", "search_postings", "search_words"):
            con.execute(f"DELETE FROM {table}")
        bare = folder / "queries-bare.duckdb"
        bare_s, bare_cpu_s = timed(lambda: publish_snapshot(con, snapshot=bare, published_at=NOW))
    figures: dict[str, Any] = {
        "articles": articles, "index_all_s": index_s, "index_all_cpu_s": index_cpu_s, "publish_s": publish_s,
        "publish_cpu_s": publish_cpu_s, "publish_without_index_s": bare_s, "publish_without_index_cpu_s": bare_cpu_s,
        "snapshot_bytes_an_article": snapshot.stat().st_size / articles,
        "of_these_index": (snapshot.stat().st_size - bare.stat().st_size) / articles,
    }  # fmt: skip
    with duckdb.connect(str(snapshot), read_only=True) as reader:
        for name, queries in questions().items():
            figures |= measure(reader, name, queries)
    for path in (file, snapshot, bare):
        path.unlink()
    return figures


def questions() -> dict[str, list[str]]:
    """Queries by kind."""
    rare, common = [lemma(rank, "en") for rank in RARE], [lemma(rank, "en") for rank in COMMON]
    middle = [lemma(rank, "en") for rank in (200, 700, 2_000)]
    return {
        "rare": rare,
        "common": common,
        "two_words": [f"{one} {other}" for one, other in zip(common, middle, strict=True)],
        "phrase": [f'"{one} {other}"' for one, other in zip(middle, common, strict=True)],
        "phrase_of_common": [f'"{common[0]} {common[1]}"'],
        "minus": [f"{one} -{other}" for one, other in zip(middle, common, strict=True)],
        "prefix": [f"{one[:5]}*" for one in middle],
    }


def measure(reader: Connection, name: str, queries: Sequence[str]) -> dict[str, float]:
    """Best wall and processor seconds of the kind's middle query, everything selected."""
    walls, cpus, counts = [], [], []
    for query in queries:
        runs = [timed(lambda query=query: reader.execute("SELECT * FROM search($q)", {"q": query}).fetchall())
                for _ in range(TIMES)]  # fmt: skip
        walls.append(min(wall for wall, _ in runs))
        cpus.append(min(cpu for _, cpu in runs))
        counts.append(len(reader.execute("SELECT article_id FROM search($q, top := 1000000)", {"q": query}).fetchall()))
    return {
        f"{name}_s": statistics.median(walls), f"{name}_cpu_s": statistics.median(cpus),
        f"{name}_hits": statistics.median(counts),
    }  # fmt: skip


def measure_growth(folder: Path, known: int) -> dict[str, Any]:
    """Seconds to add nights of 2,000 articles to an index of `known` articles, and a rare and a common query there."""
    file, snapshot = folder / "growth.duckdb", folder / "growth-snapshot.duckdb"
    nights: list[tuple[float, float, int]] = []
    with open_file(file, memory_limit="4GB") as con:
        for first in range(0, known, 50_000):
            fill_warehouse(con, first, min(50_000, known - first), run_id=f"past{first}")
            index_articles(con)
            print(f"indexed {first + 50_000:,}", flush=True)
        for night in range(7):  # in one of them small segments are merged
            fill_warehouse(con, known + night * A_NIGHT, A_NIGHT, run_id=f"night{night}")
            con.execute("CHECKPOINT")
            merged = 0

            def index() -> None:
                nonlocal merged
                merged = index_articles(con).merged

            wall, cpu = timed(index)
            nights.append((wall, cpu, merged))
            print(f"night {night}: {wall:.2f} s, {cpu:.2f} s of processor time, merged {merged}", flush=True)
        publish_s, publish_cpu_s = timed(lambda: publish_snapshot(con, snapshot=snapshot, published_at=NOW))
    plain = [night for night in nights if not night[2]]
    merging = [night for night in nights if night[2]]
    figures: dict[str, Any] = {
        "known": known, "night_s": statistics.median(n[0] for n in plain),
        "night_cpu_s": statistics.median(n[1] for n in plain),
        "night_with_merge_s": max((n[0] for n in merging), default=None),
        "night_with_merge_cpu_s": max((n[1] for n in merging), default=None),
        "publish_known_s": publish_s, "publish_known_cpu_s": publish_cpu_s,
    }  # fmt: skip
    with duckdb.connect(str(snapshot), read_only=True) as reader:
        for name in ("rare", "common"):
            figures |= {f"known_{key}": value for key, value in measure(reader, name, questions()[name]).items()}
    return figures


def measure_ranking(folder: Path, articles: int, queries: int) -> dict[str, Any]:
    """Overlap of the first ten with tantivy's on so many queries, and both sides' seconds a query."""
    from tests.benchmarks.search_tantivy import Tantivy

    with open_file(folder / "ranking.duckdb", memory_limit="3GB") as con:
        fill_warehouse(con, 0, articles)
        index_articles(con)
        snapshot = folder / "ranking-snapshot.duckdb"
        publish_snapshot(con, snapshot=snapshot, published_at=NOW)
        other = Tantivy(con, folder / "tantivy")
        chosen = draw_queries(con, articles, count=queries)
    shared, same, ours_s, theirs_s = [], 0, [], []
    with duckdb.connect(str(snapshot), read_only=True) as reader:
        for words, stems in chosen:
            begun = time.perf_counter()
            rows = reader.execute("SELECT article_id FROM search($q)", {"q": " ".join(words)}).fetchall()
            ours_s.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            theirs = other.search(stems)
            theirs_s.append(time.perf_counter() - begun)
            ours = [row[0] for row in rows]
            if theirs:
                shared.append(len(set(ours) & set(theirs)) / max(len(theirs), len(ours)))
                same += ours == theirs
    return {
        "ranking_queries": len(shared), "overlap_of_ten": statistics.mean(shared),
        "overlap_below_half": sum(share < 0.5 for share in shared), "same_order": same,
        "ranking_ours_s": statistics.median(ours_s), "ranking_tantivy_s": statistics.median(theirs_s),
    }  # fmt: skip


def draw_queries(
    con: Connection, articles: int, *, count: int = 1_000, seed: int = 3
) -> list[tuple[list[str], list[str]]]:
    """Queries of one to three words of an English article, each with its stem; words of one stem only."""
    stems: dict[str, set[str]] = {}
    for word, stem in con.execute(
        "SELECT w.word, s.word FROM search_words AS w JOIN search_words AS s ON s.term = w.term AND s.is_stem"
    ).fetchall():
        stems.setdefault(word, set()).add(stem)
    rng = random.Random(seed)
    english = [one for one in generate(0, min(articles, 5_000)) if one.language == "en"]
    queries: list[tuple[list[str], list[str]]] = []
    while len(queries) < count:
        words = [word.strip(".").lower() for word in rng.choice(english).text.split()]
        drawn = rng.sample(words, rng.randint(1, 3))
        found = [stems.get(word, set()) for word in drawn]
        if len(set(drawn)) == len(drawn) and all(len(one) == 1 for one in found):
            queries.append((drawn, [next(iter(one)) for one in found]))
    return queries


def timed(call: Callable[[], object]) -> tuple[float, float]:
    """Wall and processor seconds of the call."""
    wall, cpu = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - wall, time.process_time() - cpu


if __name__ == "__main__":
    main()
