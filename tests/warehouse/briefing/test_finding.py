"""What the briefing gathers: bursts with names, leads in hours, stamps that change with the rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.flows.briefing.invented import OUTLETS, TODAY, Newsroom
from warehouse.briefing import find_burst_names, find_days, find_leads, find_members, find_storylines, find_volumes
from warehouse.connection import Connection, open_memory

ZONE = "Europe/Brussels"


@pytest.fixture
def con() -> Iterator[Connection]:
    room = Newsroom()
    room.sources()
    quiet = room.storyline("quiet", "The quiet matter", TODAY - timedelta(days=40))
    room.turn(quiet, "q", "Nothing much", TODAY - timedelta(days=30), told_at=TODAY - timedelta(days=29), kind="first")
    loud = room.storyline("loud", "The loud matter", TODAY - timedelta(days=3))
    for number in range(4):
        at = TODAY - timedelta(days=2, hours=number)
        room.turn(loud, f"l{number}", f"Loud {number}", at, told_at=TODAY - timedelta(days=1), reports=3, copies=2)
    con = open_memory()
    room.write(con)
    yield con
    con.close()


def test_a_burst_is_named_by_the_storyline_with_most_of_its_articles(con: Connection) -> None:
    day = (TODAY - timedelta(days=2)).date()
    names = find_burst_names(con, [("app-bans", 1, day - timedelta(days=1), day + timedelta(days=1))], zone=ZONE)
    assert [(one.title, one.articles) for one in names["app-bans", 1]] == [("The loud matter", 12)]


def test_volumes_count_copies_apart(con: Connection) -> None:
    volumes = find_volumes(con, zone=ZONE, since=TODAY - timedelta(days=5))["app-bans"]
    assert sum(one.articles for one in volumes) == 12
    assert sum(one.copies for one in volumes) == 8


def test_leads_are_hours_after_the_first_own_report(con: Connection) -> None:
    leads = find_leads(con, since=TODAY - timedelta(days=60))["app-bans"]
    outlets = {one.name: one for one in leads if one.kind == "outlet"}
    assert sum(one.led for one in outlets.values()) == 5, "each of the five stories has one first"
    assert sum(one.stories for one in outlets.values()) == 2 + 4 * 3
    firsts = [one for one in outlets.values() if one.led == one.stories]
    assert firsts
    assert all(one.low == one.median == one.high == 0 for one in firsts)
    late = [one for one in outlets.values() if not one.led]
    assert all(1.5 <= one.median <= 4 for one in late)
    assert {one.kind for one in leads} == {"language", "outlet"}


def test_a_day_is_one_of_the_house_s_time_zone(con: Connection) -> None:
    con.execute(
        "UPDATE development_list SET told_at = TIMESTAMPTZ '2026-05-11 22:30:00Z' WHERE headline = 'Nothing much'"
    )
    assert find_days(con, zone=ZONE, block=15, least=8)[0].day.isoformat() == "2026-05-12"
    assert find_days(con, zone="UTC", block=15, least=8)[0].day.isoformat() == "2026-05-11"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE development_sentences SET text = text || '!'",
        "UPDATE development_list SET headline = headline || '!'",
        "UPDATE development_list SET weight = weight / 2",
        "UPDATE article_versions SET url = url || '/'",
        "UPDATE source_list SET name = name || '!'",
        "UPDATE development_outlets SET relation = 'exact' WHERE position = 1",
    ],
)
def test_stamps_change_with_what_the_pages_show(con: Connection, change: str) -> None:
    def stamps() -> set[str]:
        lines = {line.stamp for line in find_storylines(con)}
        return lines | {line.stamp for line in find_days(con, zone=ZONE, block=15, least=8)}

    before = stamps()
    assert stamps() == before
    con.execute(change)
    assert stamps().isdisjoint(before)


def test_stamps_do_not_change_with_what_they_do_not(con: Connection) -> None:
    before = [(line.storyline_id, line.stamp) for line in find_storylines(con)]
    room = Newsroom(seed=5)
    room.article("another", "Of no storyline", datetime(2026, 5, 11, tzinfo=UTC))
    room.write(con)
    assert [(line.storyline_id, line.stamp) for line in find_storylines(con)] == before


def test_members_are_each_article_once(con: Connection) -> None:
    [loud, _] = find_storylines(con)
    members = find_members(con, [loud.storyline_id])[loud.storyline_id]
    assert len(members) == len({member.article_id for member in members}) == 20
    assert (loud.reports, loud.copies) == (12, 8)
    assert {member.outlet for member in members} <= {name for _, name, _ in OUTLETS}
