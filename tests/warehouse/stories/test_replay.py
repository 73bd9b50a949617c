"""Past nights told again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.warehouse.stories.newsroom import add_article, night
from warehouse.connection import open_file
from warehouse.stories import StoryRules, find_developments
from warehouse.stories.replay import replay_nights

FIRST = datetime(2026, 3, 2, 22, tzinfo=UTC)
TEXTS = [
    ("Court bars Nordwolke from moving patient data", "The Federal Court in Karlsruhe ruled on Monday that Nordwolke "
     "may not process patient records outside the Union. Judge Marit Olsen said the contract was void."),
    ("Lumen opens second plant in Grenoble", "Lumen Foundries opened its second wafer plant in Grenoble on Tuesday. "
     "The plant cost 3.4 billion euros. Minister Chloé Vasseur called it a milestone for the industry."),
]  # fmt: skip


def newsroom(folder: Path) -> Path:
    file = folder / "warehouse.duckdb"
    with open_file(file) as con:
        for number, (title, text) in enumerate(TEXTS):
            at = FIRST + timedelta(days=number)
            add_article(con, f"a{number}", title, text, at=at, site="one.example")
            add_article(con, f"b{number}", title + " today", text + " It is final.", at=at, site="two.example")
            night(con, at)
        assert len(find_developments(con)) == 2
    return file


def test_the_same_rules_tell_the_same_again(tmp_path: Path) -> None:
    nights = list(
        replay_nights(
            newsroom(tmp_path), since=FIRST, until=FIRST + timedelta(days=2), rules=StoryRules(), watchlist={}
        )
    )
    assert [n.as_of for n in nights] == [FIRST, FIRST + timedelta(days=1)]
    for replayed in nights:
        assert [d.headline for d in replayed.now] == [d.headline for d in replayed.then]


def test_stricter_rules_tell_less_and_leave_the_file_alone(tmp_path: Path) -> None:
    file = newsroom(tmp_path)
    before = file.read_bytes()
    rules = StoryRules(turn=1.0, new_matters=False)
    nights = list(replay_nights(file, since=FIRST, until=FIRST + timedelta(days=2), rules=rules, watchlist={}))
    assert [len(n.now) for n in nights] == [0, 0]
    assert [len(n.then) for n in nights] == [1, 1]
    assert file.read_bytes() == before


def test_nights_before_the_span_warm_up_unseen(tmp_path: Path) -> None:
    nights = list(
        replay_nights(
            newsroom(tmp_path), since=FIRST + timedelta(hours=1), until=FIRST + timedelta(days=2), rules=StoryRules(),
            watchlist={},
        )
    )  # fmt: skip
    assert [n.as_of for n in nights] == [FIRST + timedelta(days=1)]
