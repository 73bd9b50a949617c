"""A night of stories against a real warehouse in memory."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from tests.warehouse.stories.newsroom import add_article, night
from warehouse.connection import open_memory
from warehouse.stories import find_developments, store_telling, tell_stories

MONDAY = datetime(2026, 3, 2, 22, tzinfo=UTC)

RULING = (
    "The Federal Court in Karlsruhe ruled on Monday that Nordwolke AG may not process patient records in data centres "
    "outside the European Union. Judge Marit Olsen said the contract signed in 2024 was void. Nordwolke must move 40 "
    "hospitals by 30 September. The company said it would study the ruling. Shares of Nordwolke fell 12 percent."
)
RULING_TOLD_AGAIN = (
    "Nordwolke AG has lost its case: patient records of 40 hospitals may not leave the European Union, the Federal "
    "Court in Karlsruhe ruled. The contract of 2024 is void, judge Marit Olsen said. Nordwolke, whose shares fell 12 "
    "percent, has until 30 September to move the data back into data centres in the Union."
)
CHIPS = (
    "Lumen Foundries opened its second wafer plant in Grenoble on Monday. The plant, which cost 3.4 billion euros, "
    "will make power chips for carmakers. Minister Chloé Vasseur called it a milestone for European industry. "
    "Lumen plans to hire 900 engineers and technicians by the end of next year."
)


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return open_memory()


def test_two_reports_of_one_event_are_one_story_and_one_development(con: duckdb.DuckDBPyConnection) -> None:
    add_article(con, "a", "Court bars Nordwolke from moving patient data abroad", RULING, at=MONDAY, site="one.example")
    add_article(con, "b", "Nordwolke loses: patient data stays", RULING_TOLD_AGAIN, at=MONDAY, site="two.example")
    add_article(con, "c", "Lumen opens second plant in Grenoble", CHIPS, at=MONDAY, site="one.example")
    night(con, MONDAY)
    told = find_developments(con)
    assert sorted(tuple(sorted(o.article_id for o in d.outlets)) for d in told) == [("a", "b"), ("c",)]
    assert {d.kind for d in told} == {"first"}
    assert all(d.sentences for d in told)


def test_what_is_read_back_is_what_was_told(con: duckdb.DuckDBPyConnection) -> None:
    add_article(con, "a", "Court bars Nordwolke from moving patient data abroad", RULING, at=MONDAY, site="one.example")
    telling = tell_stories(con, as_of=MONDAY)
    store_telling(con, telling, run_id="night-1")
    assert tuple(find_developments(con, run_id="night-1")) == telling.developments
    assert find_developments(con, run_id="another") == []
    assert find_developments(con, since=MONDAY + timedelta(days=1)) == []


def test_a_copy_never_makes_a_development(con: duckdb.DuckDBPyConnection) -> None:
    add_article(con, "a", "Court bars Nordwolke from moving patient data abroad", RULING, at=MONDAY, site="one.example")
    night(con, MONDAY)
    tuesday = MONDAY + timedelta(days=1)
    add_article(con, "z", "Court bars Nordwolke", RULING, at=tuesday, site="three.example", relation="near",
                original="a")  # fmt: skip
    telling = night(con, tuesday)
    assert telling.developments == ()
    assert [(m.report.article_id, m.role, m.story_id) for m in telling.memberships] == [
        ("z", "copy", find_developments(con)[0].story_id)
    ]


def test_off_topic_articles_take_no_part(con: duckdb.DuckDBPyConnection) -> None:
    add_article(con, "a", "Lumen opens second plant in Grenoble", CHIPS, at=MONDAY, site="one.example", topic=None)
    assert tell_stories(con, as_of=MONDAY).memberships == ()


def test_the_order_of_arrival_in_the_warehouse_does_not_matter() -> None:
    articles = [
        ("a", "Court bars Nordwolke from moving patient data abroad", RULING, "one.example"),
        ("b", "Nordwolke loses: patient data stays", RULING_TOLD_AGAIN, "two.example"),
        ("c", "Lumen opens second plant in Grenoble", CHIPS, "one.example"),
    ]
    tellings = []
    for order in (articles, articles[::-1]):
        con = open_memory()
        for article_id, title, text, site in order:
            add_article(con, article_id, title, text, at=MONDAY, site=site)
        tellings.append(night(con, MONDAY))
    assert tellings[0].developments == tellings[1].developments
    assert tellings[0].stories == tellings[1].stories


def test_telling_twice_without_storing_gives_the_same(con: duckdb.DuckDBPyConnection) -> None:
    add_article(con, "a", "Lumen opens second plant in Grenoble", CHIPS, at=MONDAY, site="one.example")
    assert tell_stories(con, as_of=MONDAY).developments == tell_stories(con, as_of=MONDAY).developments
    night(con, MONDAY)
    assert tell_stories(con, as_of=MONDAY).memberships == ()
