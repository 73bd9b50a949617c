"""One event told in several languages is one story, by names, figures and days; another one of the same firm is not."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest

from tests.warehouse.stories.newsroom import add_article, night
from warehouse.connection import open_memory
from warehouse.stories.crossing import judge_crossing
from warehouse.stories.terms import find_amounts

CROSSING = Path(__file__).parents[2] / "sagas" / "crossing"


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    found = open_memory()
    yield found
    found.close()


def test_reports_in_five_languages_join_the_story_of_their_event_and_no_other(con: duckdb.DuckDBPyConnection) -> None:
    rows = [json.loads(line) for line in (CROSSING / "crossing.jsonl").open(encoding="utf-8")]
    watchlist = {
        name: tuple(aliases) for name, aliases in json.loads((CROSSING / "watchlist.json").read_text("utf-8")).items()
    }
    by_day = defaultdict(list)
    for row in rows:
        by_day[row["published"]].append(row)
    stories: dict[str, set[str]] = defaultdict(set)
    told: dict[str, int] = defaultdict(int)
    event = {row["id"]: row["story"] for row in rows}
    for day in sorted(by_day):
        at = datetime.fromisoformat(day).replace(tzinfo=UTC)
        for row in by_day[day]:
            add_article(con, row["id"], row["title"], row["text"], at=at, site=row["source"], language=row["lang"])
        telling = night(con, at + timedelta(hours=23), watchlist=watchlist)
        for member in telling.memberships:
            stories[event[member.report.article_id]].add(member.story_id)
        for development in telling.developments:
            told[event[development.outlets[0].article_id]] += development.kind != "update"
    assert {name: len(held) for name, held in stories.items()} == dict.fromkeys(event.values(), 1)
    assert len(set().union(*stories.values())) == len(stories)
    # The fall of the shares is taken for an update on the order that caused it.
    assert dict(told) == {name: int(name != "cameras2") for name in event.values()}


@pytest.mark.parametrize(("text", "amount"), [
    ("480 million euros", "480000000"), ("480 Millionen Euro", "480000000"), ("4.8亿欧元", "480000000"),
    ("6,4 Milliarden", "6400000000"), ("6.4 billion", "6400000000"), ("1,9 milliard", "1900000000"),
    ("2 300 personnes", "2300"), ("3 mil millones", "3000000000"), ("12 billones", "12000000000000"),
])  # fmt: skip
def test_amounts_are_written_out_alike_in_every_language(text: str, amount: str) -> None:
    assert find_amounts(text) == [amount]


def test_neither_names_nor_figures_alone_make_one_event() -> None:
    names = np.array([1.0, 0.0, 0.8, 0.8], np.float32)
    figures = np.array([0.0, 1.0, 0.9, 0.9], np.float32)
    found = judge_crossing(names, figures, np.array([0, 0, 0, 9], np.float32))
    assert found[0] == found[1] == 0.0
    assert found[2] > 0.8 > 0.2 > found[3]
