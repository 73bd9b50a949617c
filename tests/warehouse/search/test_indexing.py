"""The index follows the warehouse: what is missing comes, what is out of date goes, killed or not, merged or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.warehouse.examples import NIGHT
from tests.warehouse.search.library import Said, id_of, number_of, shelve
from warehouse.connection import Connection, open_file, open_memory
from warehouse.publish import publish_snapshot
from warehouse.search import Indexed, clear_index, index_articles, search_articles
from warehouse.search.indexing import TABLES
from warehouse.search.merging import ENOUGH, MOST, SMALL, choose_segments

WORDS = ("harbour", "cable", "subsidy", "chip", "minister", "court", "vote", "ledger", "orbit", "quantum")


def texts(first: int, count: int) -> dict[int, Said]:
    numbers = range(first, first + count)
    return {n: (f"Report {WORDS[n % 10]}", f"The {WORDS[n % 7]} of {WORDS[n % 3]} {n}.", {}) for n in numbers}


def answers(con: Connection) -> dict[str, list[tuple[int, float]]]:
    queries = ["harbour", "quantum", '"the chip"', "report -chip", "c*"]
    return {q: [(number_of(o.url), round(o.score, 9)) for o in search_articles(con, q, top=100)] for q in queries}


def test_nights_one_by_one_give_the_same_as_all_at_once() -> None:
    one_by_one, at_once = open_memory(), open_memory()
    for night in range(ENOUGH + 1):
        for con in (one_by_one, at_once):
            shelve(con, texts(night * 10, 10), run_id=f"r{night}")
        done = index_articles(one_by_one)
        assert (done.added, done.removed) == (10, 0)
        assert done.merged == (ENOUGH if night == ENOUGH - 1 else 0)
    assert index_articles(at_once) == Indexed(added=70)
    assert answers(one_by_one) == answers(at_once)
    assert index_articles(one_by_one) == Indexed()


def test_batches_give_the_same_as_one() -> None:
    small, large = open_memory(), open_memory()
    for con in (small, large):
        shelve(con, texts(0, 25))
    assert index_articles(small, batch=7).added == index_articles(large).added == 25
    assert small.execute("SELECT count(*) FROM search_segments").fetchone() == (4,)
    assert answers(small) == answers(large)


def revise(con: Connection, number: int, title: str, relation: str = "revision") -> None:
    con.execute("INSERT OR IGNORE INTO runs BY NAME SELECT 'r9' AS run_id, 'night' AS kind, now() AS as_of, "
                "now() AS started_at, 'running' AS state, '0' AS version")  # fmt: skip
    con.execute(
        "INSERT INTO article_versions BY NAME SELECT * REPLACE (version + 1 AS version, article_id || '.' || "
        "(version + 1) AS version_id, $title AS title, 'r9' AS run_id) FROM article_versions "
        "WHERE article_id = $id ORDER BY version DESC LIMIT 1",
        {"id": id_of(number), "title": title},
    )
    con.execute(
        "INSERT INTO verdicts BY NAME SELECT max_by(version_id, version) AS version_id, article_id, 'r9' AS run_id, "
        "$relation AS relation, now() AS judged_at FROM article_versions WHERE article_id = $id GROUP BY article_id",
        {"id": id_of(number), "relation": relation},
    )


def test_only_the_present_version_is_found() -> None:
    con = open_memory()
    shelve(con, {1: ("Old headline", "Text", {}), 2: ("Other headline", "Text", {})})
    index_articles(con)
    con.execute("UPDATE runs SET state = 'done'")
    revise(con, 1, "Corrected title")
    assert index_articles(con) == Indexed(added=1, removed=1)
    assert [number_of(one.url) for one in search_articles(con, "headline")] == [2]
    (found,) = search_articles(con, "corrected")
    assert (found.title, number_of(found.url)) == ("Corrected title", 1)
    revise(con, 1, "Corrected title", relation="near")  # its outlet now runs what another one wrote
    assert index_articles(con) == Indexed(removed=1)
    assert search_articles(con, "corrected") == []


def test_what_a_killed_run_left_is_found_by_the_next() -> None:
    con = open_memory()
    shelve(con, texts(0, 5))
    index_articles(con)
    con.execute("UPDATE runs SET state = 'interrupted'")
    con.execute("DELETE FROM search_docs WHERE doc = 2")  # as if its transaction had not come to pass
    assert index_articles(con) == Indexed(added=1)


def test_runs_that_are_over_are_not_looked_at_again_unless_asked() -> None:
    con = open_memory()
    shelve(con, texts(0, 5))
    con.execute("UPDATE runs SET state = 'done'")
    index_articles(con)
    con.execute("DELETE FROM search_docs WHERE doc = 2")
    assert index_articles(con) == Indexed()
    assert index_articles(con, all_runs=True) == Indexed(added=1)


def test_a_failure_leaves_the_index_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    con = open_memory()
    shelve(con, texts(0, 10))
    index_articles(con, batch=5)
    before = [con.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall() for table in TABLES]
    shelve(con, texts(10, 5), run_id="r2")
    with monkeypatch.context() as patched:
        patched.setattr("warehouse.search.indexing.ANALYZER", None)  # the last row of the transaction is refused
        patched.setattr("warehouse.search.indexing._is_outdated", lambda con: False)
        with pytest.raises(Exception, match="NOT NULL"):
            index_articles(con)
    assert [con.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall() for table in TABLES] == before
    assert index_articles(con).added == 5


def test_another_analyzer_makes_the_index_anew() -> None:
    con = open_memory()
    shelve(con, texts(0, 12))
    index_articles(con)
    expected = answers(con)
    con.execute("UPDATE search_segments SET analyzer = 'older'")
    assert index_articles(con) == Indexed(added=12)
    assert answers(con) == expected
    clear_index(con)
    assert search_articles(con, "chip") == []
    index_articles(con)
    assert answers(con) == expected


def test_nothing_is_written_when_there_is_nothing_to_index(tmp_path: Path) -> None:
    with open_file(tmp_path / "warehouse.duckdb") as con:
        shelve(con, texts(0, 5))
        con.execute("UPDATE runs SET state = 'done'")
        index_articles(con)
        publish_snapshot(con, snapshot=tmp_path / "sovwatch.duckdb", published_at=NIGHT)
        index_articles(con)
        assert not publish_snapshot(con, snapshot=tmp_path / "sovwatch.duckdb", published_at=NIGHT).written


def test_large_segments_are_left_alone_and_a_merge_is_bounded() -> None:
    def row(sizes: list[int]) -> list[tuple[int, int]]:
        ends = [sum(sizes[: at + 1]) for at in range(len(sizes))]
        return [(end - size, end - 1) for end, size in zip(ends, sizes, strict=True)]

    assert choose_segments([]) == []
    assert choose_segments(row([SMALL] * 20)) == []
    assert choose_segments(row([2_000] * (ENOUGH - 1))) == []
    assert choose_segments(row([SMALL, *[2_000] * ENOUGH])) == row([SMALL, *[2_000] * ENOUGH])[1:]
    chosen = choose_segments(row([1_000] * 30))
    assert len(chosen) == MOST // 1_000
    sizes: list[int] = []
    for _ in range(500):  # nights
        sizes.append(2_000)
        merged = len(choose_segments(row(sizes)))
        if merged:
            at = sizes.index(2_000)
            sizes[at : at + merged] = [sum(sizes[at : at + merged])]
    assert max(sizes) <= MOST
    assert len(sizes) < 100
