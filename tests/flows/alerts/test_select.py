"""Who gets what, and why not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.recipients import Recipient, StorylinePreferences
from flows.alerts.quiet_hours import end_of_quiet_hours
from flows.alerts.select import Selection, select_mails
from tests.flows.alerts.newsroom import NIGHT, development, marked, recipient
from warehouse.stories.model import Development


def select(*developments: Development, reader: Recipient | None = None, **changes: Any) -> Selection:
    values: dict[str, Any] = {"preferences": StorylinePreferences(), "as_of": NIGHT, **changes}
    (selection,) = select_mails(developments, [reader or recipient()], **values)
    return selection


def ids(selection: Selection) -> list[str]:
    return [choice.development.development_id for choice in selection.digest]


def test_the_heaviest_comes_first_and_equal_ones_by_time() -> None:
    early = development(2, weight=0.5, happened_at=NIGHT - timedelta(days=2))
    selection = select(early, development(1, weight=0.5), development(3, weight=0.9))
    assert ids(selection) == ["dev3", "dev1", "dev2"]


def test_order_of_arrival_and_repeated_developments_do_not_matter() -> None:
    several = [development(number, weight=number / 10) for number in range(5)]
    assert select(*several) == select(*reversed(several), several[0])


@pytest.mark.parametrize(
    ("reader", "changes", "reason"),
    [
        ({}, {"kind": "update", "updates_id": "dev0"}, "update"),
        ({"topics": ("chips",)}, {}, "other-topic"),
        ({"entities": ("Vantage Cloud",)}, {}, "other-entity"),
        ({"languages": ("de", "fr")}, {"languages": ("en", "es")}, "other-language"),
        ({"min_weight": 0.51}, {}, "below-weight"),
        ({"digest": False, "instant_above": 0.9}, {}, "instant-only"),
    ],
)
def test_what_is_left_out_is_counted_by_reason(reader: dict[str, Any], changes: dict[str, Any], reason: str) -> None:
    selection = select(development(**changes), reader=recipient(**reader))
    assert (selection.digest, selection.instant, dict(selection.left_out)) == ((), (), {reason: 1})


def test_languages_and_topics_match_by_any() -> None:
    reader = recipient(topics=("chips", "cloud"), languages=("fr", "de"))
    selection = select(development(topics=("cloud", "payments"), languages=("en", "de")), reader=reader)
    assert selection.digest[0].why.topics == ("cloud",)
    assert select(development(languages=()), reader=reader).digest


@pytest.mark.parametrize(
    ("name", "found"),
    [("vantage cloud", True), ("Vantage", True), ("Vant", False), ("C++", True), ("观察", True), ("Ａcme", True)],
)
def test_entities_are_found_as_whole_words_in_any_case_and_script(name: str, found: bool) -> None:
    story = development(
        headline="Vantage Cloud and 新观察报 agree",
        entities=("ACME Holding",),
        sentences=(marked("It is written in C++."),),
    )
    assert bool(select(story, reader=recipient(entities=(name,))).digest) is found


def test_muted_storylines_go_and_boosted_ones_rise() -> None:
    preferences = StorylinePreferences(mute=frozenset({"line1"}), boost={"line2": 1.5, "line3": 9})
    several = [development(1, weight=1.0), development(2, weight=0.4), development(3, weight=0.5)]
    selection = select(*several, reader=recipient(min_weight=0.6), preferences=preferences)
    assert [(c.development.development_id, c.weight) for c in selection.digest] == [
        ("dev3", 1.0),
        ("dev2", pytest.approx(0.6)),
    ]
    assert selection.left_out == {"muted": 1}


def test_a_burst_is_capped_and_the_rest_kept_for_the_summary() -> None:
    several = [development(number, weight=number / 100) for number in range(40)]
    selection = select(*several, reader=recipient(max_developments=25))
    assert (len(selection.digest), len(selection.beyond)) == (25, 15)
    assert min(c.weight for c in selection.digest) > max(c.weight for c in selection.beyond)


def test_alerts_are_taken_out_of_the_digest_and_a_burst_of_them_is_not() -> None:
    several = [development(number, weight=0.9) for number in range(8)]
    quiet = development(9, weight=0.2)
    for digest in (True, False):
        selection = select(quiet, *several, reader=recipient(instant_above=0.9, digest=digest), max_instant=5)
        assert len(selection.instant) == 5
        assert len(selection.digest) == 3 + digest
        told = [c.development.development_id for c in (*selection.instant, *selection.digest)]
        assert len(set(told)) == len(told)


def test_an_alert_goes_out_even_below_the_digests_weight() -> None:
    selection = select(development(weight=0.5), reader=recipient(instant_above=0.4, min_weight=0.8))
    assert len(selection.instant) == 1


def test_nobody_is_told_twice() -> None:
    selection = select(development(1), development(2), told=frozenset({("ana", "dev1"), ("ben", "dev2")}))
    assert ids(selection) == ["dev2"]


@pytest.mark.parametrize(
    ("wish", "developments", "changes", "said"),
    [
        ("say-so", [], {}, True),
        ("silent", [], {}, False),
        ("say-so", [development(weight=0.1)], {}, True),
        ("say-so", [development()], {}, False),
        ("say-so", [development()], {"told": frozenset({("ana", "dev1")})}, False),
        ("say-so", [], {"nights": frozenset({"ana"})}, False),
    ],
)
def test_a_quiet_night_is_said_only_if_wished_and_true(
    wish: str, developments: list[Development], changes: dict[str, Any], said: bool
) -> None:
    reader = recipient(quiet_night=wish, min_weight=0.2)
    assert select(*developments, reader=reader, **changes).say_quiet is said


@pytest.mark.parametrize(
    ("at", "hours", "zone", "end"),
    [
        ("2026-05-12T03:00", "22:00-07:00", "UTC", "2026-05-12T07:00"),
        ("2026-05-12T23:30", "22:00-07:00", "UTC", "2026-05-13T07:00"),
        ("2026-05-12T07:00", "22:00-07:00", "UTC", None),
        ("2026-05-12T21:59", "22:00-07:00", "UTC", None),
        ("2026-05-12T12:30", "12:00-13:00", "UTC", "2026-05-12T13:00"),
        ("2026-05-12T03:00", "22:00-07:00", "Asia/Tokyo", None),
        ("2026-05-12T15:00", "22:00-07:00", "Asia/Tokyo", "2026-05-12T22:00"),
        # Clocks change in Brussels: forward on 29 March 2026 (02:00 -> 03:00), back on 25 October (03:00 -> 02:00).
        ("2026-03-29T00:30", "22:00-07:00", "Europe/Brussels", "2026-03-29T05:00"),
        ("2026-03-29T00:30", "22:00-02:30", "Europe/Brussels", "2026-03-29T01:30"),
        ("2026-10-25T00:30", "22:00-07:00", "Europe/Brussels", "2026-10-25T06:00"),
        ("2026-10-25T01:10", "22:00-02:30", "Europe/Brussels", "2026-10-25T01:30"),
    ],
)
def test_quiet_hours_end_on_the_readers_clock(at: str, hours: str, zone: str, end: str | None) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    expected = datetime.fromisoformat(end).replace(tzinfo=UTC) if end else None
    assert end_of_quiet_hours(moment, hours, zone) == expected


@given(
    at=st.integers(0, 10 * 366 * 1440).map(lambda minutes: NIGHT - timedelta(minutes=minutes)),
    start=st.times(),
    end=st.times(),
    zone=st.sampled_from(["UTC", "Europe/Brussels", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
)
def test_quiet_hours_end_later_and_within_a_day(at: datetime, start: Any, end: Any, zone: str) -> None:
    hours = f"{start:%H:%M}-{end:%H:%M}"
    if hours[:5] == hours[6:]:
        return
    ends_at = end_of_quiet_hours(at, hours, zone)
    if ends_at is not None:
        assert at < ends_at <= at + timedelta(hours=25)
        assert end_of_quiet_hours(ends_at, hours, zone) is None
