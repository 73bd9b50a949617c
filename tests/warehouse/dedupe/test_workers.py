"""Several processes give the verdicts that one gives, whoever dies meanwhile, and leave nothing behind."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from extractors.model import Article
from tests.warehouse.dedupe.invented import FURNITURE, NOW, OTHER, WIRE, article, store
from tests.warehouse.dedupe.test_across import reports
from warehouse.connection import open_memory
from warehouse.dedupe import CopyWorkers, add_sketches, judge_articles
from warehouse.dedupe.worker import Worker, WorkerDied

ROOT = Path(__file__).parents[3]
UNGUARDED = """
from tests.warehouse.dedupe.test_workers import a_night
from warehouse.connection import open_memory
from warehouse.dedupe import CopyWorkers, judge_articles
with open_memory() as con, CopyWorkers(2, parallel_from=1) as crew:
    print(len(judge_articles(con, a_night(), crew=crew)), *(crew.seat(i).worker.pid for i in range(2)), flush=True)
    input()
"""


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_memory() as connection:
        yield connection


def a_night(size: int = 40) -> list[Article]:
    """Reprints, trims, merges, revisions, translations and reports of their own, of few sites with furniture."""
    rng = random.Random(7)
    words = [w for p in (*WIRE, *OTHER) for w in p.split()]
    batch = [one for _, one in reports("test")]
    for i in range(size - len(batch)):
        source = (WIRE, OTHER, (*WIRE, *OTHER))[rng.randrange(3)]
        own = " ".join(rng.choices(words, k=60)) + f". The figure was {rng.randrange(10**6)}."
        body = {0: source, 1: source[: rng.randrange(1, 4)], 2: (own, *source), 3: (own, own[::-1], source[0])}
        paragraphs = (*body[rng.randrange(4)], rng.choice((*FURNITURE, own)))
        url = f"https://site{i % 4}.example/{i % 12}"  # addresses come again, as revisions
        batch.append(article(paragraphs, site=f"site{i % 4}.example", title=f"Report {i % 9}", hours=i, url=url))
    return batch


@pytest.fixture
def known(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """A warehouse that knows a night."""
    earlier = a_night(32)
    store(con, earlier)
    add_sketches(con, earlier, judge_articles(con, earlier, as_of=NOW))
    return con


def test_one_and_many_workers_give_the_same_verdicts(known: duckdb.DuckDBPyConnection) -> None:
    batch = a_night(45)
    alone = judge_articles(known, batch, as_of=NOW)
    assert {"new", "contained-in", "revision", "paraphrase"} <= {v.relation for v in alone}
    assert sum(len(v.kin) for v in alone) > 40
    with CopyWorkers(2, parallel_from=1) as crew:
        assert judge_articles(known, batch, as_of=NOW, crew=crew) == alone
        first = [crew.seat(i).worker for i in range(2)]
        judge_articles(known, batch[:9], as_of=NOW, crew=crew)
        assert judge_articles(known, batch, as_of=NOW, crew=crew) == alone
        assert [crew.seat(i).worker for i in range(2)] == first  # they stayed
        assert all(first)


def test_workers_are_started_when_it_pays(con: duckdb.DuckDBPyConnection) -> None:
    with CopyWorkers(2, parallel_from=31) as crew:
        judge_articles(con, a_night()[:30], as_of=NOW, crew=crew)
        assert not crew.is_parallel
        judge_articles(con, a_night()[:31], as_of=NOW, crew=crew)
        assert crew.is_parallel
        crew.rest()
        assert not crew.is_parallel


def test_verdicts_are_the_same_when_workers_die(known: duckdb.DuckDBPyConnection) -> None:
    batch = a_night(45)
    with CopyWorkers(2, parallel_from=1) as crew:
        expected = judge_articles(known, batch, as_of=NOW, crew=crew)
        for i in range(2):
            worker = crew.seat(i).worker
            assert worker is not None
            os.kill(worker.pid, signal.SIGKILL)
        assert judge_articles(known, batch, as_of=NOW, crew=crew) == expected
        assert judge_articles(known, batch, as_of=NOW, crew=crew) == expected
        assert crew.is_parallel  # others were started


def test_verdicts_are_the_same_when_workers_die_half_way(
    known: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = a_night(45)
    expected = judge_articles(known, batch, as_of=NOW)
    asked: list[str] = []
    ask = Worker.ask

    def ask_and_kill(worker: Worker, *question: object) -> object:
        asked.append(str(question[1]))
        if asked.count("compare") == 2:  # furniture is known, texts are read, nothing is decided
            os.kill(worker.pid, signal.SIGKILL)
        return ask(worker, *question)

    monkeypatch.setattr(Worker, "ask", ask_and_kill)
    with CopyWorkers(2, parallel_from=1) as crew:
        assert judge_articles(known, batch, as_of=NOW, crew=crew) == expected
    assert asked.count("compare") >= 2


def test_what_a_worker_raises_is_raised_here_and_the_worker_goes_on() -> None:
    worker = Worker()
    try:
        with pytest.raises(KeyError):
            worker.ask({}, "reading", (17,))
        assert worker.ask({}, "read", ((), False)).apart() == []
    finally:
        worker.end()
    with pytest.raises(WorkerDied):
        worker.ask({}, "read", ((), False))


def is_there(pid: int) -> bool:
    """Whether a process runs (one that ended and was not waited for does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_workers_end_with_a_killed_parent_and_need_no_guard_in_a_script(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(UNGUARDED)
    with subprocess.Popen([sys.executable, str(script)], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:  # fmt: skip
        assert parent.stdout is not None
        judged, *pids = (int(word) for word in parent.stdout.readline().split())
        assert judged == 40
        assert all(map(is_there, pids))
        parent.kill()
    deadline = time.monotonic() + 20
    while any(map(is_there, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(is_there, pids))
