"""Whole nights over a lake against nights over a file: the same rows and mails, and what they cost.

    python -m tests.benchmarks.lake [--nights 4] [--rows 100000] [--out FILE]

Plays the demo newsroom's nights twice, over a warehouse file and over a lake (a PostgreSQL catalog and an S3 server on
loopback, started here), and compares every table row by row and every mail. Then measures: seconds and processor
seconds of each night and where they went; questions in SQL on both, with the collection made larger (`--rows` copies
of problem rows and articles); carrying across and back; compaction beside a writer. The S3 server is moto, in Python
and in memory: its share is told apart where that matters. The figures are the last lines.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from flows.demo.outlets import NIGHTS, load_newsroom
from flows.demo.server import NewsroomServer
from flows.placing import FILE, LAKE, point_to_lake, snapshot_file
from tests.warehouse.lake.plays import Play, differences, play, rows_of, warehouse_of
from tests.warehouse.lake.servers import Servers, serving_lakes, why_not
from warehouse.batches import add_rows, commit_work
from warehouse.carry import carry_house
from warehouse.connection import Connection, open_file, open_snapshot
from warehouse.lake import Lake
from warehouse.publish import publish_snapshot
from warehouse.tending import tend_lake, tend_table

QUESTIONS = {
    "articles": "SELECT count(*) FROM articles",
    "an outlet's month": "SELECT outlet, date_trunc('day', dated_at) AS day, count(*) FROM articles GROUP BY ALL",
    "copies by outlet": "SELECT original_outlet, count(*), avg(share) FROM copies GROUP BY ALL ORDER BY 2 DESC",
    "a word in all texts": "SELECT title FROM articles WHERE contains(lower(text), 'sovereign') ORDER BY dated_at",
    "problems by code": "SELECT code, count(*) FROM problems GROUP BY ALL ORDER BY 2 DESC",
}


def main() -> None:
    """Runs everything and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nights", type=int, default=len(NIGHTS))
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    reason = why_not()
    if reason:
        sys.exit(f"no lake on this machine: {reason}")
    with serving_lakes() as servers, tempfile.TemporaryDirectory() as folder:
        figures = measure(servers, Path(folder), nights=chosen.nights, rows=chosen.rows)
    for name, value in figures.items():
        print(f"{name}: {value}")
    if chosen.out:
        chosen.out.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def measure(servers: Servers, folder: Path, *, nights: int, rows: int) -> dict[str, Any]:
    """Figures by name."""
    figures: dict[str, Any] = {}
    with NewsroomServer(load_newsroom(), port=0) as newsroom:
        plays = {}
        for kind, lake in (("file", None), ("lake", servers.lake("bench_nights"))):
            begun = cpu_s()
            plays[kind] = play(newsroom, folder / kind, lake=lake, nights=nights)
            figures[f"{kind}: s a night"] = [round(s, 1) for s in plays[kind].seconds]
            figures[f"{kind}: processor s of all nights, servers included"] = round(cpu_s() - begun, 1)
            figures[f"{kind}: where the time went, s"] = spent(plays[kind])
        lake = servers.lake("bench_disturbed")
        with disturbing(servers, folder / "disturbing", lake) as met:
            plays["disturbed"] = play(newsroom, folder / "disturbed", lake=lake, nights=min(nights, 2))
            calm = play(newsroom, folder / "calm", nights=min(nights, 2))
    figures |= compare(plays["file"], plays["lake"])
    figures["beside another writer and compaction: s a night"] = [
        round(s, 1) for s in plays["disturbed"].seconds
    ]  # fmt: skip
    figures |= {f"beside them: {name}": value for name, value in (compare(calm, plays["disturbed"]) | met).items()}
    figures |= ask_both(servers, folder, plays["file"], rows=rows)
    figures |= compact(servers, folder)
    return figures


@contextlib.contextmanager
def disturbing(servers: Servers, folder: Path, lake: Lake) -> Iterator[dict[str, Any]]:
    """Beside the block another writer changes tables that the night changes, and all tables are compacted, every 3 s.

    Gives what happened. They hold no lock and stand back for nobody, as no command of ours would do: without a pause
    between them they would starve a night, whose steps take longer than theirs. Their rows are taken out in the end.
    """
    point_to_lake(folder, lake)
    met: dict[str, Any] = {}
    ended = threading.Event()
    row = {"run_id": "noise", "stage": "feed", "code": "c", "detail": "d", "happened_at": datetime.now(UTC)}

    def write(con: Connection) -> None:
        while not ended.wait(3.0):
            commit_work(con, lambda: add_rows(con, "problem_log", [row]))
            commit_work(con, lambda: con.execute("UPDATE entries SET attempts = attempts WHERE state = 'pending'"))
            met["commits of the other writer"] = met.get("commits of the other writer", 0) + 2

    def tend(con: Connection) -> None:
        while not ended.wait(3.0):
            tables = con.execute("SELECT table_name FROM house.table_info() WHERE file_count > 1").fetchall()
            for (table,) in tables:
                lost = tend_table(con, table, 2).put_off
                name = "compactions refused" if lost else "compactions done"
                met[name] = met.get(name, 0) + 1

    with contextlib.ExitStack() as stack:
        cons = [stack.enter_context(contextlib.closing(open_file(folder / LAKE))) for _ in range(2)]
        threads = [threading.Thread(target=work, args=(con,)) for work, con in zip((write, tend), cons, strict=True)]
        for thread in threads:
            thread.start()
        try:
            yield met
        finally:
            ended.set()
            for thread in threads:
                thread.join()
            cons[0].execute("DELETE FROM problem_log WHERE run_id = 'noise'")


def cpu_s() -> float:
    """Processor seconds of this process and all that it started, the ended ones included (Linux)."""
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(") ")[2].split()
            parents[int(stat.parent.name)] = int(fields[1])
            ticks[int(stat.parent.name)] = sum(map(int, fields[11:15]))
    ours = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return sum(ticks.get(pid, 0) for pid in ours) / os.sysconf("SC_CLK_TCK")


def spent(played: Play) -> dict[str, float]:
    """Seconds of all nights by part."""
    total: Counter[str] = Counter()
    for report in played.reports:
        total.update(report.seconds)
    return {name: round(seconds, 1) for name, seconds in total.items()}


def compare(one: Play, other: Play) -> dict[str, Any]:
    """Whether both plays left the same."""
    with warehouse_of(one) as here, warehouse_of(other) as there:
        rows, differing = rows_of(here), differences(rows_of(here), rows_of(there))
    for table, (only_here, only_there) in differing.items():
        print(f"{table}: only in the file {only_here[:2]}, only in the lake {only_there[:2]}", file=sys.stderr)
    return {
        "rows compared": sum(sum(counted.values()) for counted in rows.values()),
        "rows that differ": sum(len(a) + len(b) for a, b in differing.values()),
        "mails compared": len(one.mails),
        "mails that differ": sum((Counter(one.mails) - Counter(other.mails)).values()),
        "developments": [len(report.developments) for report in one.reports],
    }


def ask_both(servers: Servers, folder: Path, played: Play, *, rows: int) -> dict[str, Any]:
    """The questions on a larger collection, and what it takes to carry it."""
    large = folder / "large"
    large.mkdir()
    with contextlib.closing(open_file(played.state / FILE)) as con:
        con.execute("CHECKPOINT")
    (large / FILE).write_bytes((played.state / FILE).read_bytes())
    with contextlib.closing(open_file(large / FILE)) as con:
        swell(con, rows)
    point_to_lake(large, servers.lake("bench_large"))
    figures: dict[str, Any] = {}
    carried: list[int] = []
    for name, source, target in (("to the lake", FILE, LAKE), ("back", LAKE, "back.duckdb")):
        begun, cpu = time.monotonic(), cpu_s()
        carried = [table.rows for table in carry_house(large / source, large / target)]
        figures[f"carrying {name}, s (processor s)"] = f"{time.monotonic() - begun:.1f} ({cpu_s() - cpu:.1f})"
    figures["rows carried and verified"] = sum(carried)
    with contextlib.closing(open_file(large / LAKE)) as con:
        begun = time.monotonic()
        publish_snapshot(con, snapshot=snapshot_file(large), published_at=datetime.now(UTC))
        figures["publishing the lake, s"] = round(time.monotonic() - begun, 2)
    with contextlib.closing(open_file(large / FILE)) as con:
        begun = time.monotonic()
        publish_snapshot(con, snapshot=large / "sovwatch.duckdb", published_at=datetime.now(UTC))
        figures["publishing the file, s"] = round(time.monotonic() - begun, 2)
    readers = {}
    for kind, file in (("file", large / "sovwatch.duckdb"), ("lake", snapshot_file(large))):
        figures[f"opening the {kind} to read, s"] = round(timed(partial(look, file)), 2)
        readers[kind] = open_snapshot(file)
    for name, question in QUESTIONS.items():
        answers = {kind: sorted(map(repr, con.execute(question).fetchall())) for kind, con in readers.items()}
        seconds = {kind: timed(partial(ask, con, question)) for kind, con in readers.items()}
        same = "same answer" if answers["file"] == answers["lake"] else "ANSWERS DIFFER"
        figures[f"question: {name}, ms file / lake"] = (
            f"{1e3 * seconds['file']:.0f} / {1e3 * seconds['lake']:.0f} ({same})"
        )  # fmt: skip
    return figures


def ask(con: Connection, question: str) -> list[tuple[Any, ...]]:
    """The answer."""
    return con.execute(question).fetchall()


def look(snapshot: Path) -> None:
    """Opens the snapshot and closes it."""
    open_snapshot(snapshot).close()


def swell(con: Connection, rows: int) -> None:
    """Many more problems and articles, by copying those that are there under other ids."""
    con.execute(f"INSERT INTO problem_log SELECT p.* FROM problem_log AS p CROSS JOIN range({rows} // 20)")
    for table in ("article_versions", "verdicts", "kinships", "topic_hits", "story_members"):
        names = [row[0] for row in con.execute(f'DESCRIBE "{table}"').fetchall()]
        other = {"version_id": "replace(version_id, '.', 'x' || i || '.')", "article_id": "article_id || 'x' || i"}
        chosen = ", ".join(other.get(name, f'"{name}"') for name in names)
        con.execute(f'INSERT INTO "{table}" SELECT {chosen} FROM "{table}" CROSS JOIN range({rows} // 400) AS n(i)')


def timed(work: Callable[[], object], times: int = 5) -> float:
    """The median of several runs, in seconds."""
    taken = []
    for _ in range(times):
        begun = time.monotonic()
        work()
        taken.append(time.monotonic() - begun)
    return statistics.median(taken)


def compact(servers: Servers, folder: Path, *, commits: int = 60) -> dict[str, Any]:
    """Small commits, then compaction while a writer goes on: what each waits for."""
    place = folder / "compact"
    point_to_lake(place, servers.lake("bench_compact"))
    row = {"run_id": "r", "stage": "feed", "code": "c", "detail": "d" * 200, "happened_at": datetime.now(UTC)}
    with contextlib.closing(open_file(place / LAKE)) as con, contextlib.closing(open_file(place / LAKE)) as other:
        alone = [timed(lambda: add_rows(con, "problem_log", [row] * 50), times=1) for _ in range(commits)]
        publish_snapshot(con, snapshot=place / "sovwatch.lake", published_at=datetime.now(UTC))
        before = timed(lambda: con.execute("SELECT count(DISTINCT detail) FROM problem_log").fetchall())
        beside: list[float] = []
        with _writing(other, row, beside):
            begun = time.monotonic()
            later = datetime.now(UTC) + timedelta(days=2)
            done = tend_lake(con, now=later, keep=timedelta(days=1), grace=timedelta(days=3))
            took = time.monotonic() - begun
        after = timed(lambda: con.execute("SELECT count(DISTINCT detail) FROM problem_log").fetchall())
        held = con.execute("SELECT count(*) FROM problem_log").fetchall()[0][0]
    merged = next(table for table in done.tables if table.table == "problem_log")
    return {
        "compaction: files before and after": f"{merged.files_before}, {merged.files}",
        "compaction: s": round(took, 2),
        "compaction: a scan before and after, ms": f"{1e3 * before:.0f}, {1e3 * after:.0f}",
        "commit of 50 rows, ms, median alone / beside compaction": (
            f"{1e3 * statistics.median(alone):.0f} / {1e3 * statistics.median(beside or [0.0]):.0f}"
        ),
        "commits beside compaction, longest ms": f"{len(beside)}, {1e3 * max(beside, default=0.0):.0f}",
        "rows lost or doubled": held - 50 * (commits + len(beside)),
    }  # fmt: skip


@contextlib.contextmanager
def _writing(con: Connection, row: dict[str, Any], seconds: list[float]) -> Iterator[None]:
    """Another connection commits without a pause inside the block; each commit's seconds are added."""
    ended = threading.Event()

    def write() -> None:
        while not ended.is_set():
            begun = time.monotonic()
            commit_work(con, lambda: add_rows(con, "problem_log", [row] * 50))
            seconds.append(time.monotonic() - begun)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


if __name__ == "__main__":
    main()
