"""Notes in a file: never lost, readable by people, taken back, found again after a rebuild; counted as labels."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.warehouse.invented import NIGHTS, id_of
from tests.warehouse.populated import populated
from warehouse.annotations import (
    NoteKind,
    Target,
    add_annotations,
    annotate,
    find_target,
    load_annotations,
    read_annotations,
    remove_annotations,
)
from warehouse.batches import transaction
from warehouse.connection import Connection
from warehouse.quality import find_told, judge_precision
from warehouse.trace import find_trace

AT = datetime(2026, 3, 12, 9, tzinfo=UTC)
WIRE = Target(kind="article", id=id_of("wire"), title="Dresden gets a chip plant", url="https://delta.example/wire")
SAGA = Target(kind="storyline", id="saga", title="Saga", url="https://delta.example/wire", founder_id=id_of("wire"))


@pytest.fixture(scope="module")
def reader() -> Iterator[Connection]:
    with populated() as con:
        yield con


@pytest.fixture
def con(reader: Connection) -> Connection:
    """The same warehouse, with nothing noted in it."""
    load_annotations(reader, [])
    return reader


def note(target: Target = WIRE, kind: NoteKind = "note", text: str = "see the annex", minutes: int = 0):  # type: ignore[no-untyped-def]
    return annotate(target, kind=kind, text=text, noted_at=AT + timedelta(minutes=minutes))


def test_what_is_written_is_read_back_in_order(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "annotations.jsonl"
    written = [note(), note(SAGA, "tag", "chips", 1), note(kind="false-alarm", text="", minutes=2)]
    add_annotations(file, written[:2])
    add_annotations(file, written[2:])
    assert read_annotations(file) == (written, [])
    assert [json.loads(line)["title"] for line in file.read_text().splitlines()] == [WIRE.title, "Saga", WIRE.title]


def test_what_is_taken_back_stays_in_the_file_and_counts_no_more(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    add_annotations(file, [note(), note(text="other")])
    remove_annotations(file, [note().annotation_id], removed_at=AT)
    assert [one.text for one in read_annotations(file)[0]] == ["other"]
    assert "see the annex" in file.read_text()
    add_annotations(file, [note(minutes=5)])
    assert len(read_annotations(file)[0]) == 2


def test_a_torn_line_costs_only_itself(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    add_annotations(file, [note()])
    with file.open("ab") as torn:
        torn.write(b'{"at": "2026-03-12T09:00:00+00:00", "id": "x", "ki')
    add_annotations(file, [note(text="after")])
    found, problems = read_annotations(file)
    assert [one.text for one in found] == ["see the annex", "after"]
    assert [(problem.code, "line 2" in problem.detail) for problem in problems] == [("annotation-unreadable", True)]


@pytest.mark.parametrize("line", ["[]", "1", "null", "{}", '{"at": "never"}', '{"removes": []}', "\xff\xfe"])
def test_a_line_that_is_no_annotation_is_a_problem_not_a_crash(tmp_path: Path, line: str) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(line.encode("latin-1") + b"\n")
    add_annotations(file, [note()])
    found, problems = read_annotations(file)
    assert (len(found), len(problems)) == (1, 1)


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=200))
def test_any_text_is_one_line_and_comes_back(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.mktemp("notes") / "a.jsonl"
    one = note(text=text)
    add_annotations(file, [one])
    assert file.read_bytes().count(b"\n") == 1
    assert read_annotations(file)[0] == [one]


def test_two_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    long = Target(kind="article", id="a" * 16, title="t" * 5_000, url=None)

    def write(name: str) -> None:
        for number in range(40):
            add_annotations(file, [note(long, text=f"{name}{number}")])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, ("a", "b")))
    found, problems = read_annotations(file)
    assert (len(found), problems) == (80, [])


@pytest.mark.parametrize(
    ("words", "kind", "target"),
    [
        ("http://www.alpha.example/gazette?utm_source=x#top", "article", id_of("gazette")),
        (id_of("wire"), "article", id_of("wire")),
        (id_of("wire")[:8], "article", id_of("wire")),
        ("saga", "storyline", "saga"),
        ("money", "storyline", "saga"),
        ("d-plant", "article", id_of("wire")),
    ],
)
def test_targets_go_by_address_and_id(reader: Connection, words: str, kind: str, target: str) -> None:
    (found,) = find_target(reader, words)
    assert (found.kind, found.id) == (kind, target)
    if kind == "storyline":
        assert (found.founder_id, found.url) == (id_of("wire"), "https://delta.example/wire")


@pytest.mark.parametrize("words", ["https://nowhere.example/", "abc", "", "' OR 1=1 --", "zzzzzzzz"])
def test_what_names_nothing_finds_nothing(reader: Connection, words: str) -> None:
    assert find_target(reader, words) == []


def rows(con: Connection) -> list[tuple[str, ...]]:
    return con.execute("SELECT target_kind, target_id, kind, text FROM annotations ORDER BY noted_at").fetchall()


def test_the_table_holds_what_the_file_says(con: Connection) -> None:
    notes = [note(), note(SAGA, "false-alarm", "no", 1)]
    assert load_annotations(con, notes) is True
    assert load_annotations(con, notes) is False
    assert rows(con) == [("article", WIRE.id, "note", "see the annex"), ("storyline", "saga", "false-alarm", "no")]
    assert load_annotations(con, notes[1:]) is True
    assert len(rows(con)) == 1


def test_after_a_rebuild_a_storylines_note_follows_its_founding_article(con: Connection) -> None:
    with transaction(con):
        for table in ("storyline_list", "story_list", "development_list"):
            con.execute(f"UPDATE {table} SET storyline_id = 'renamed' WHERE storyline_id = 'saga'")
    load_annotations(con, [note(SAGA)])
    assert rows(con)[0][:2] == ("storyline", "renamed")
    with transaction(con):
        for table in ("storyline_list", "story_list", "development_list"):
            con.execute(f"UPDATE {table} SET storyline_id = 'saga' WHERE storyline_id = 'renamed'")


def test_an_articles_note_follows_its_address(con: Connection) -> None:
    old = Target(kind="article", id="0" * 16, title="x", url="https://alpha.example/gazette")
    load_annotations(con, [note(old)])
    assert rows(con)[0][1] == id_of("gazette")


def test_a_trace_shows_notes_on_the_article_and_on_its_storyline(con: Connection) -> None:
    load_annotations(con, [note(), note(SAGA, "tag", "chips", 1)])
    notes = find_trace(con, "https://delta.example/wire").notes
    said = [(one["target_kind"], one["text"]) for one in notes]
    assert said == [("article", "see the annex"), ("storyline", "chips")]
    assert [one["text"] for one in find_trace(con, "https://gamma.example/loi").notes] == []


def test_false_alarms_are_labels(con: Connection) -> None:
    gazette = Target(kind="article", id=id_of("gazette"), title="x", url=None)  # a copy that ran in the development
    clouds = Target(kind="storyline", id="clouds", title="x", url=None)
    load_annotations(con, [note(gazette, "false-alarm"), note(clouds, "note", minutes=1)])
    told = {one.development_id: (one.false_alarm, one.noted) for one in find_told(con)}
    assert told == {"d-plant": (True, True), "d-cloud": (False, True), "d-money": (False, False)}
    assert [one.development_id for one in find_told(con, since=NIGHTS["n3"])] == ["d-money"]
    load_annotations(con, [note(SAGA, "false-alarm")])
    assert sum(one.false_alarm for one in find_told(con)) == 2


def test_precision_has_an_honest_interval() -> None:
    none = judge_precision(0, 0)
    assert (none.value, none.low, none.high) == (None, 0.0, 1.0)
    some = judge_precision(100, 10)
    # Wilson's interval for 90 of 100, as published tables have it: .826 to .945.
    assert (some.value, round(some.low, 3), round(some.high, 3)) == (0.9, 0.826, 0.945)
    assert judge_precision(20, 0).low < 0.84 < judge_precision(20, 0).high == 1.0
