"""docs/sql.md: every question is answered as it should be, and the reference is what the snapshot says of itself."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.warehouse.invented import NIGHTS
from tests.warehouse.populated import fill
from tests.warehouse.sql_reference import DOC, HEADING, snapshot_reference
from warehouse.ask import ask
from warehouse.connection import Connection, open_file, open_snapshot
from warehouse.publish import publish_snapshot

QUESTION = re.compile(r"### (\d+)\. [^\n]+\n.*?```sql\n(.*?)```", re.DOTALL)
QUESTIONS = {int(number): sql for number, sql in QUESTION.findall(DOC.read_text(encoding="utf-8"))}
PLANT = "Dresden gets a chip plant"
MONEY = "Dresden plant gets two billion"
# Question to the rows, or the first rows, that the populated warehouse must answer with.
ANSWERS: dict[int, list[tuple[Any, ...]]] = {
    1: [(MONEY, "turn", ["Delta Wire", "Alpha Gazette"], ["The subsidy is paid in 2027."])],
    2: [("Delta Wire", 2), ("Gamma Journal", 1)],
    3: [
        (PLANT, "Delta Wire", 2, 2, 0.96),
        (MONEY, "Delta Wire", 1, 1, 0.9),
        ("Rare earths", "corpus.example", 1, 1, 0.97),
    ],
    4: [("en", "fr", 2, 3.5), ("de", "en", 1, -5.0), ("de", "fr", 1, 5.0)],
    5: [
        ("Echo Daily", 2, 2, 100.0),
        ("Alpha Gazette", 3, 2, 66.7),
        ("Delta Wire", 2, 0, 0.0),
        ("Gamma Journal", 2, 0, 0.0),
        ("Beta Blatt", 1, 0, 0.0),
    ],
    6: [("Alpha Gazette", "Delta Wire", 2, 1.25, 0.91), ("Echo Daily", "Delta Wire", 1, 3.0, 1.0)],
    7: [(date(2026, 3, 2), "chips", 1), (date(2026, 3, 2), "cloud", 1), (date(2026, 3, 9), "chips", 1)],
    9: [("Alpha Gazette", 1, 1, 100.0), ("Delta Wire", 2, 0, 0.0)],
    11: [
        ("analyst", date(2026, 3, 11), "queued", None, MONEY),
    ],
    12: [("Delta Fab", "Dresden", 2)],
    14: [("copy", "near", 1), ("new", "new", 1)],
    15: [("page", "http-403", "Beta Blatt", 1, NIGHTS["n1"])],
    16: [("Alpha Gazette", "Chip plant for Dresden approved", "The ministry approves a chip plant in Dresden.")],
}


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Connection:
    """The populated warehouse as readers get it: published, private things left out."""
    folder = tmp_path_factory.mktemp("state")
    with open_file(folder / "warehouse.duckdb") as writer:
        fill(writer)
        publish_snapshot(writer, snapshot=folder / "sovwatch.duckdb", published_at=NIGHTS["n3"])
    return open_snapshot(folder / "sovwatch.duckdb")


def test_there_are_more_than_a_dozen_questions() -> None:
    assert list(QUESTIONS) == list(range(1, len(QUESTIONS) + 1))
    assert len(QUESTIONS) > 12


@pytest.mark.parametrize("number", QUESTIONS)
def test_the_question_has_an_answer(snapshot: Connection, number: int) -> None:
    rows = list(ask(snapshot, QUESTIONS[number]).rows)
    assert rows
    expected = ANSWERS.get(number, [])
    found = [tuple(round(cell, 6) if isinstance(cell, float) else cell for cell in row) for row in rows]
    assert found[: len(expected)] == expected


def test_a_storyline_is_told_in_order(snapshot: Connection) -> None:
    rows = list(ask(snapshot, QUESTIONS[8]).rows)
    assert [(row[1], row[2]) for row in rows] == [("first", PLANT), ("turn", MONEY)]


def test_the_silent_source_is_named(snapshot: Connection) -> None:
    assert [(row[0], row[2]) for row in ask(snapshot, QUESTIONS[10]).rows] == [("beta", "ok")]


def test_the_reference_corpus_is_an_original_like_others(snapshot: Connection) -> None:
    ((_, outlet, title, relation, share, original),) = ask(snapshot, QUESTIONS[13]).rows
    assert (outlet, title, relation, share, original) == (
        "Echo Daily",
        "Rare earths, again",
        "near",
        0.97,
        "Rare earths",
    )


def test_the_reference_part_is_what_the_snapshot_says() -> None:
    text = DOC.read_text(encoding="utf-8")
    assert text[text.index(HEADING) :] == snapshot_reference(), "run: python -m tests.warehouse.sql_reference"


def test_show_all_tables_and_the_document_tell_the_same_story(snapshot: Connection) -> None:
    shown = {row[2] for row in ask(snapshot, "SHOW ALL TABLES").rows}
    described = set(re.findall(r"^#### (\w+)$", DOC.read_text(encoding="utf-8"), re.MULTILINE))
    assert shown == described
    promised = "articles copies stories storylines developments topic_matches sources fetches runs alerts problems"
    assert set(promised.split()) <= shown


def test_a_revised_copy_stays_a_copy(snapshot: Connection, tmp_path: Path) -> None:
    with open_file(tmp_path / "warehouse.duckdb") as con:
        fill(con)
        con.execute(
            "INSERT INTO article_versions BY NAME SELECT * REPLACE (2 AS version, article_id || '.2' AS version_id, "
            "'Corrected' AS title) FROM article_versions WHERE url IN ('https://alpha.example/gazette', "
            "'https://delta.example/wire')"
        )
        con.execute(
            "INSERT INTO verdicts SELECT version_id, article_id, 'n3', 'revision', article_id, true, [], now() "
            "FROM article_versions WHERE version = 2"
        )
        assert con.execute("SELECT relation, version, copies FROM articles WHERE title = 'Corrected'").fetchall() == [
            ("revision", 2, 2)
        ]
        assert con.execute("SELECT relation, share FROM copies WHERE title = 'Corrected'").fetchall() == [
            ("near", 0.92)
        ]
