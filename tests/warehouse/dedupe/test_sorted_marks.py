"""The sorted files of marks: the same answers as the table gives, whatever happened to the files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.warehouse.dedupe.test_workers import NOW, a_night
from warehouse.connection import Connection, open_memory
from warehouse.dedupe import CopyWorkers, add_sketches, judge_articles
from warehouse.dedupe.index import CandidateIndex
from warehouse.dedupe.sorted_marks import SortedMarks

HIGHEST = 2**32 - 1
ALL = np.arange(40, dtype=np.uint32)


@pytest.fixture
def con() -> Iterator[Connection]:
    with open_memory() as one:
        yield one


def add(con: Connection, *documents: set[int], first: int = 0) -> None:
    """Documents with these marks."""
    rows = [(mark, doc) for doc, marks in enumerate(documents, first) for mark in marks]
    table = {"hash": pa.array([r[0] for r in rows], pa.uint32()), "doc": pa.array([r[1] for r in rows], pa.uint32())}
    con.register("made", pa.table(table))
    con.execute("INSERT INTO copy_marks SELECT hash, doc FROM made")
    con.unregister("made")


def same(con: Connection, known: SortedMarks, hashes: np.ndarray, most: int) -> bool:
    """Whether the files, with what came since, give what the table alone gives."""
    here = CandidateIndex.join(con, hashes, most=most)
    there = CandidateIndex.join(con, hashes, most=most, known=known)
    names = ("hashes", "docs", "cut", "left_out")
    return all(np.array_equal(getattr(here, name), getattr(there, name)) for name in names)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@settings(max_examples=60, deadline=None)
@given(
    batches=st.lists(st.lists(st.sets(st.sampled_from([0, 1, 7, 8, 9, 30, HIGHEST - 1, HIGHEST]), max_size=8),
                              min_size=1, max_size=900), min_size=1, max_size=4),
    unsorted=st.sampled_from([0, 50, 10**6]), most=st.sampled_from([1, 3, 400, 700]),
)  # fmt: skip
def test_the_files_answer_as_the_table_does(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[set[int]]], unsorted: int, most: int
) -> None:
    known = SortedMarks(tmp_path_factory.mktemp("marks"))
    asked = np.array([0, 1, 2, 7, 8, 9, 29, 30, HIGHEST - 1, HIGHEST], dtype=np.uint32)
    with open_memory() as con:
        first = 0
        for batch in batches:
            add(con, *batch, first=first)
            first += len(batch)
            known.bring_up_to_date(con, unsorted=unsorted)
            assert same(con, known, asked, most)
    known.close()


def test_marks_that_thousands_carry_are_counted_and_the_last_given(con: Connection, tmp_path: Path) -> None:
    add(con, *({5, 6 + doc % 2} for doc in range(3_000)))
    known = SortedMarks(tmp_path / "marks")
    known.bring_up_to_date(con, unsorted=0)
    held, counts = known.find(np.array([4, 5, 6, 7, 8], dtype=np.uint32), most=400)
    assert counts.tolist() == [0, 3_000, 1_500, 1_500, 0]
    assert held[:400].tolist() == [(5 << 32) | doc for doc in range(2_600, 3_000)]
    assert same(con, known, np.array([4, 5, 6, 7, 8], dtype=np.uint32), 400)


def test_few_new_marks_are_left_to_the_table(con: Connection, tmp_path: Path) -> None:
    known = SortedMarks(tmp_path / "marks")
    add(con, {1, 2}, {2, 3})
    known.bring_up_to_date(con, unsorted=4)
    assert not (tmp_path / "marks").exists()
    assert same(con, known, ALL, 400)
    add(con, {3}, first=2)
    known.bring_up_to_date(con, unsorted=4)
    assert files(tmp_path / "marks") == ["0-3.marks"]


def test_small_files_become_one_and_large_ones_stay(con: Connection, tmp_path: Path) -> None:
    known = SortedMarks(tmp_path)
    names = []
    for night in range(7):
        size = 200 if night == 0 else 10
        add(con, *({n, 30 + n % 5} for n in range(size)), first=known.documents)
        known.bring_up_to_date(con, unsorted=0)
        names.append(files(tmp_path))
        assert same(con, known, ALL, 400)
    assert names == [
        ["0-200.marks"], ["0-200.marks", "200-210.marks"], ["0-200.marks", "200-220.marks"],
        ["0-200.marks", "200-230.marks"], ["0-200.marks", "200-240.marks"],
        ["0-200.marks", "200-240.marks", "240-250.marks"], ["0-260.marks"],
    ]  # fmt: skip


def test_files_are_used_again_and_those_of_another_warehouse_are_not(con: Connection, tmp_path: Path) -> None:
    add(con, {1, 2}, {2, 3}, {9})
    SortedMarks(tmp_path).bring_up_to_date(con, unsorted=0)
    before = (tmp_path / "0-3.marks").stat().st_ino
    again = SortedMarks(tmp_path)
    again.bring_up_to_date(con, unsorted=0)
    assert (tmp_path / "0-3.marks").stat().st_ino == before
    again.close()
    with open_memory() as other:  # as many documents, as many marks: a backup was put in place
        add(other, {1, 2}, {2, 4}, {8})
        known = SortedMarks(tmp_path)
        known.bring_up_to_date(other, unsorted=100)
        assert files(tmp_path) == []
        assert same(other, known, ALL, 400)
        known.bring_up_to_date(other, unsorted=0)
        assert files(tmp_path) == ["0-3.marks"]
        assert same(other, known, ALL, 400)


@pytest.mark.parametrize("harm", ["cut", "changed", "emptied"])
def test_a_damaged_file_is_written_anew(con: Connection, tmp_path: Path, harm: str) -> None:
    add(con, {1, 2}, {2, 3}, {9})
    SortedMarks(tmp_path).bring_up_to_date(con, unsorted=0)
    path = tmp_path / "0-3.marks"
    marks = np.fromfile(path, dtype=np.uint64)
    if harm == "changed":
        marks[1] += 1
    marks[: {"cut": 3, "changed": 5, "emptied": 0}[harm]].tofile(path)
    known = SortedMarks(tmp_path)
    known.bring_up_to_date(con, unsorted=0)
    assert same(con, known, ALL, 400)
    assert len(np.fromfile(path, dtype=np.uint64)) == 5


def test_what_a_killed_process_left_is_taken_up_or_removed(con: Connection, tmp_path: Path) -> None:
    add(con, {1, 2}, {2, 3}, {9}, {1, 9})
    known = SortedMarks(tmp_path)
    known.bring_up_to_date(con, unsorted=0)
    whole = (tmp_path / "0-4.marks").read_bytes()
    part = np.sort(np.fromfile(tmp_path / "0-4.marks", dtype=np.uint64))
    (part[(part & np.uint64(HIGHEST)) < 2]).tofile(tmp_path / "0-2.marks")  # joined, but not yet removed
    (tmp_path / "0-4.new").write_bytes(b"half")
    again = SortedMarks(tmp_path)
    again.bring_up_to_date(con, unsorted=0)
    assert files(tmp_path) == ["0-4.marks"]
    assert (tmp_path / "0-4.marks").read_bytes() == whole
    assert same(con, again, ALL, 400)


def test_verdicts_are_the_same_with_sorted_marks(tmp_path: Path) -> None:
    night = a_night()
    with open_memory() as con:
        earlier = night[::2]
        add_sketches(con, earlier, judge_articles(con, earlier, as_of=NOW))
        expected = judge_articles(con, night, as_of=NOW)
        with CopyWorkers(1) as crew:
            crew.sort_marks(con, tmp_path / "marks")
            assert crew.known is not None and crew.known.documents == 0  # too few to be sorted
            crew.known.bring_up_to_date(con, unsorted=0)
            assert crew.known.documents > 0
            assert judge_articles(con, night, as_of=NOW, crew=crew) == expected


def test_a_folder_that_cannot_be_written_changes_nothing(con: Connection, tmp_path: Path) -> None:
    (tmp_path / "marks").write_text("in the way")
    add(con, {1, 2}, {2, 3})
    with CopyWorkers(1) as crew:
        crew.sort_marks(con, tmp_path / "marks")
        assert crew.known is not None
        with pytest.raises(OSError):
            crew.known.bring_up_to_date(con, unsorted=0)
        assert same(con, crew.known, ALL, 400)
