"""Nights told together, kept in mind and stored some at a time, give what nights told one by one give, row by row."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.warehouse.stories.newsroom import add_article, night
from warehouse.connection import open_memory
from warehouse.stories import Chronicle, StoryRules, Telling, chronicle, kindred, past
from warehouse.stories.telling import StoryAct

SAGAS = Path(__file__).parents[2] / "sagas"
TABLES = (
    "story_list", "story_members", "article_terms", "story_terms", "storyline_list", "storyline_facts",
    "storyline_titles", "entity_mentions", "development_list", "development_sentences", "development_outlets",
    "story_acts", "story_act_members",
)  # fmt: skip
MONDAY = datetime(2026, 3, 2, 20, tzinfo=UTC)
RULES = StoryRules(all_topics=True)


def saga_nights(*names: str) -> list[tuple[datetime, list[dict[str, Any]]]]:
    """The reports of some sagas by day, with the clock of the night that tells them."""
    rows = [json.loads(line) for name in names for line in (SAGAS / f"{name}.jsonl").open(encoding="utf-8")]
    by_day: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: (row["published"], row["id"])):
        by_day.setdefault(row["published"][:10], []).append(row)
    return [(datetime.fromisoformat(day).replace(hour=23, tzinfo=UTC), some) for day, some in sorted(by_day.items())]


def fill(con: duckdb.DuckDBPyConnection, nights: Sequence[tuple[datetime, list[dict[str, Any]]]]) -> None:
    """Puts all nights into the warehouse; every seventh report as a copy of the one before."""
    number = 0
    before = ""
    for clock, rows in nights:
        for row in rows:
            number += 1
            copied = number % 7 == 0
            add_article(con, row["id"], row["title"], row["text"], at=datetime.fromisoformat(row["published"]).replace(
                tzinfo=UTC), seen_at=clock - timedelta(hours=1), site=row["source"], language=row.get("lang") or "en",
                relation="near" if copied else "new", original=before if copied else None)  # fmt: skip
            before = row["id"]


def stored(con: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    for table in TABLES:
        columns = [row[0] for row in con.execute(f"DESCRIBE {table}").fetchall() if row[0] != "run_id"]
        found[table] = con.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY ALL").fetchall()
    return found


def told_together(con: duckdb.DuckDBPyConnection, clocks: Sequence[datetime]) -> list[Telling]:
    tellings = []
    teller = Chronicle(con, until=clocks[-1], rules=RULES)
    for clock in clocks:
        tellings.append(teller.tell(clock))
        if teller.is_full or clock == clocks[-1]:
            con.execute("BEGIN")
            teller.store(run_id="together")
            con.execute("COMMIT")
    return tellings


@pytest.mark.parametrize("room", ["plenty", "little"])
def test_nights_told_together_are_nights_told_one_by_one(room: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if room == "little":  # everything is put away and read again all the time
        for module, name, value in (
            (kindred, "KEPT", 8), (kindred, "_BATCH", 3), (kindred, "_LOOSE", 2), (past, "_LINES", 5),
            (past, "_AHEAD", timedelta(hours=5)), (past, "_BEHIND", timedelta(days=11)), (chronicle, "_READ", 4),
            (chronicle, "_FULL", 6),
        ):  # fmt: skip
            monkeypatch.setattr(module, name, value)
    nights = saga_nights("zippa", "nimbus")
    clocks = [clock for clock, _ in nights]
    one_by_one, together = open_memory(), open_memory()
    for con in (one_by_one, together):
        fill(con, nights)
    tellings = [night(one_by_one, clock, rules=RULES) for clock in clocks]
    again = told_together(together, clocks)
    assert [t.developments for t in again] == [t.developments for t in tellings]
    rows = stored(one_by_one)
    assert stored(together) == rows
    assert all(rows[table] for table in TABLES if not table.startswith("story_act")), "nothing was compared"
    assert len(clocks) > 20


def test_what_was_not_stored_is_told_again_by_another(con: duckdb.DuckDBPyConnection) -> None:
    nights = saga_nights("zippa")[:8]
    fill(con, nights)
    clocks = [clock for clock, _ in nights]
    lost = Chronicle(con, until=clocks[-1], rules=RULES)
    first = [lost.tell(clock) for clock in clocks]
    con.execute("BEGIN")
    lost.store(run_id="lost")
    con.execute("ROLLBACK")
    assert not any(stored(con).values())
    assert [t.developments for t in told_together(con, clocks)] == [t.developments for t in first]


def test_after_an_act_the_night_is_stored_first(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "Halden signed a contract of 480 million euros with Aldermark on Monday, the ministry in Veldhaus said."
    for number in range(2):
        add_article(con, f"a{number}", "Halden signs cloud contract", text, at=MONDAY + timedelta(days=number),
                    site=f"{number}.example")  # fmt: skip
    act = StoryAct(act="merge", story_id="s1", other_id="s2", reason="said so")
    teller = Chronicle(con, until=MONDAY + timedelta(days=2), rules=RULES)
    monkeypatch.setattr("warehouse.stories.groups._mend", lambda *_: [act])
    teller.tell(MONDAY)
    monkeypatch.undo()
    assert teller.is_full
    with pytest.raises(ValueError, match="stored before the next"):
        teller.tell(MONDAY + timedelta(days=1))
    teller.store(run_id="r")
    assert len(teller.tell(MONDAY + timedelta(days=1)).memberships) == 1


def test_off_topic_articles_are_not_told(con: duckdb.DuckDBPyConnection) -> None:
    add_article(con, "a", "Rain in Veldhaus", "It rained in Veldhaus on Monday.", at=MONDAY, site="a.example",
                topic=None)  # fmt: skip
    teller = Chronicle(con, until=MONDAY, rules=StoryRules())
    assert teller.tell(MONDAY).memberships == ()
    assert not teller.is_full


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return open_memory()
