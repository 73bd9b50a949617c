"""Several processes give the verdicts that one gives, survive the death of a worker, and never hang."""

from __future__ import annotations

import os
import random
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
from warehouse.dedupe import add_sketches, judge_articles
from warehouse.dedupe.workers import CopyWorkers

ROOT = Path(__file__).parents[3]
UNGUARDED = """
from tests.warehouse.dedupe.test_workers import a_night
from warehouse.connection import open_memory
from warehouse.dedupe import judge_articles
with open_memory() as con:
    print(len(judge_articles(con, a_night(), workers=2)))
"""


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_memory() as connection:
        yield connection


def a_night(size: int = 80) -> list[Article]:
    """Reprints, trims, merges, revisions, translations and reports of their own, of few sites with furniture."""
    rng = random.Random(7)
    words = [w for p in (*WIRE, *OTHER) for w in p.split()]
    batch = [one for _, one in reports("test")]
    for i in range(size - len(batch)):
        source = (WIRE, OTHER, (*WIRE, *OTHER))[rng.randrange(3)]
        own = " ".join(rng.choices(words, k=60)) + f". The figure was {rng.randrange(10**6)}."
        body = {0: source, 1: source[: rng.randrange(1, 4)], 2: (own, *source), 3: (own, own[::-1], source[0])}
        paragraphs = (*body[rng.randrange(4)], rng.choice((*FURNITURE, own)))
        url = f"https://site{i % 4}.example/{i % 30}"  # addresses come again, as revisions
        batch.append(article(paragraphs, site=f"site{i % 4}.example", title=f"Report {i % 9}", hours=i, url=url))
    return batch


def test_one_and_many_workers_give_the_same_verdicts(con: duckdb.DuckDBPyConnection) -> None:
    earlier, batch = a_night(40), a_night(90)
    store(con, earlier)
    add_sketches(con, earlier, judge_articles(con, earlier, as_of=NOW))
    alone = judge_articles(con, batch, as_of=NOW, workers=1)
    together = judge_articles(con, batch, as_of=NOW, workers=2)
    assert together == alone
    assert {"new", "contained-in", "revision", "paraphrase"} <= {v.relation for v in alone}
    assert sum(len(v.kin) for v in alone) > 100


def die_once(flag: str) -> str:
    """Ends its process the first time, works the second."""
    path = Path(flag)
    if not path.exists():
        path.write_text("died")
        os._exit(9)
    return "worked"


def test_work_of_a_worker_that_died_is_done_again(tmp_path: Path) -> None:
    with CopyWorkers(2) as crew:
        dying = crew.submit(die_once, str(tmp_path / "flag"))
        others = [crew.submit(len, "abc") for _ in range(20)]
        assert dying.result() == "worked"
        assert [one.result() for one in others] == [3] * 20


def test_workers_that_keep_dying_are_an_error() -> None:
    with CopyWorkers(2) as crew, pytest.raises(RuntimeError, match="die again and again"):
        crew.submit(os._exit, 9).result()


def test_a_script_without_guard_ends_with_a_clear_error(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(UNGUARDED)
    start = time.monotonic()
    ended = subprocess.run([sys.executable, str(script)], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
                           capture_output=True, text=True, timeout=60, check=False)  # fmt: skip
    assert ended.returncode == 1
    assert 'must do so under `if __name__ == "__main__":`' in ended.stderr
    assert time.monotonic() - start < 60
