"""Stories over several nights: late articles, updates, revisions, reference documents."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from tests.warehouse.stories.newsroom import add_article, night
from warehouse.connection import open_memory
from warehouse.stories import find_developments, tell_stories

MONDAY = datetime(2026, 3, 2, 22, tzinfo=UTC)
RULING = (
    "The Federal Court in Karlsruhe ruled on Monday that Nordwolke AG may not process patient records in data centres "
    "outside the European Union. Judge Marit Olsen said the contract signed in 2024 was void. Nordwolke must move 40 "
    "hospitals by 30 September. The company said it would study the ruling. Shares of Nordwolke fell 12 percent."
)
TITLE = "Court bars Nordwolke from moving patient data abroad"


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    con = open_memory()
    add_article(con, "a", TITLE, RULING, at=MONDAY, site="one.example")
    add_article(con, "b", "Karlsruhe court bars Nordwolke from moving patient data", RULING.replace("said", "found"),
                at=MONDAY, site="two.example")  # fmt: skip
    night(con, MONDAY)
    return con


def test_a_late_article_joins_and_is_no_new_alert(con: duckdb.DuckDBPyConnection) -> None:
    story = find_developments(con)[0].story_id
    wednesday = MONDAY + timedelta(days=2)
    add_article(con, "late", "Nordwolke may not move patient data, court rules", RULING, at=MONDAY, seen_at=wednesday,
                site="three.example")  # fmt: skip
    telling = night(con, wednesday)
    assert [(m.report.article_id, m.story_id) for m in telling.memberships] == [("late", story)]
    assert [d.kind for d in telling.developments if d.kind != "update"] == []


def test_one_more_fact_is_an_update_on_the_open_development(con: duckdb.DuckDBPyConnection) -> None:
    first = find_developments(con)[0]
    tuesday = MONDAY + timedelta(hours=14)
    add_article(con, "c", "Court bars Nordwolke from moving patient data: Helvia clinics affected too",
                RULING + " Helvia Kliniken said 7 of its hospitals were affected.", at=tuesday,
                site="one.example")  # fmt: skip
    (update,) = night(con, tuesday).developments
    assert (update.kind, update.updates_id, update.story_id) == ("update", first.development_id, first.story_id)
    assert "Helvia" in " ".join(sentence.text for sentence in update.sentences)


def test_new_parts_lie_inside_their_sentence(con: duckdb.DuckDBPyConnection) -> None:
    for development in find_developments(con):
        for sentence in development.sentences:
            assert all(0 <= start < end <= len(sentence.text) for start, end in sentence.new_parts)


def test_a_revision_joins_the_story_of_its_article(con: duckdb.DuckDBPyConnection) -> None:
    story = find_developments(con)[0].story_id
    later = MONDAY + timedelta(hours=8)
    add_article(con, "a", TITLE, RULING + " The Saxon ministry of health will appeal to the constitutional court.",
                at=later, site="one.example", relation="revision", adds_facts=True, version=2)  # fmt: skip
    telling = night(con, later)
    assert [(m.report.version_id, m.role, m.story_id) for m in telling.memberships] == [("a.2", "revision", story)]


def test_a_revision_without_new_facts_takes_no_part(con: duckdb.DuckDBPyConnection) -> None:
    later = MONDAY + timedelta(hours=8)
    add_article(con, "a", TITLE, RULING + ".", at=later, site="one.example", relation="revision", adds_facts=False,
                version=2)  # fmt: skip
    assert tell_stories(con, as_of=later).memberships == ()


def test_a_reference_document_is_known_and_never_told(con: duckdb.DuckDBPyConnection) -> None:
    add_article(con, "seed", "Sovereign clouds compared", "Helvia Institute compared seven sovereign clouds in 2023.",
                at=MONDAY - timedelta(days=900), seen_at=MONDAY, site="seed.example", origin="seed",
                topic=None)  # fmt: skip
    telling = night(con, MONDAY + timedelta(hours=1))
    assert [story.seed for story in telling.stories] == [True]
    assert telling.developments == ()


def test_a_copy_of_a_copy_follows_to_the_story(con: duckdb.DuckDBPyConnection) -> None:
    story = find_developments(con)[0].story_id
    later = MONDAY + timedelta(hours=2)
    add_article(con, "y", TITLE, RULING, at=later, site="four.example", relation="near", original="a")
    add_article(con, "z", TITLE, RULING, at=later, site="five.example", relation="exact", original="y")
    assert {(m.report.article_id, m.story_id) for m in night(con, later).memberships} == {("y", story), ("z", story)}


def test_what_is_not_yet_seen_at_the_clock_is_left_for_later(con: duckdb.DuckDBPyConnection) -> None:
    add_article(con, "future", TITLE, RULING, at=MONDAY + timedelta(days=3), site="six.example")
    assert tell_stories(con, as_of=MONDAY + timedelta(days=1)).memberships == ()
