"""The calendar: read back by an independent parser, as it was meant, whatever stands in the sentences."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.feeds_out.ics import render_calendar
from tests.flows.feeds_out.tellings import HOSTILE, MANNER, NOW
from warehouse.dates_ahead import ComingDate

COMING = ComingDate(
    first_day=date(2026, 4, 21), last_day=date(2026, 4, 21), kind="hearing", certainty="inferred",
    sentence="The court set a hearing for April 21; parties, experts and press are invited.", part=(32, 40),
    storyline_id="line1", storyline_title="A saga, told; at length", development_id="d1", headline="Court sets date",
    topics=("chips",), told_at=NOW, article_id="a", url="https://delta.example/court?a=1&b=2", outlet="Delta Wire",
    first_told_at=NOW - timedelta(days=3), mentions=2,
)  # fmt: skip


def events(*coming: ComingDate) -> list[icalendar.Event]:
    data = render_calendar(coming, MANNER)
    assert data == render_calendar(coming, MANNER)
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")
    calendar = icalendar.Calendar.from_ical(data)
    assert not calendar.errors
    found = list(calendar.walk("VEVENT"))
    assert not any(event.errors for event in found)
    return found


def test_an_event_says_day_matter_sentence_and_source() -> None:
    (event,) = events(COMING)
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (date(2026, 4, 21), date(2026, 4, 22))
    assert event["summary"] == "Hearing: A saga, told; at length"
    assert event["description"].split("\n")[0] == f"“{COMING.sentence}”"
    assert event["url"] == COMING.url
    assert event["status"] == "TENTATIVE"
    assert event.decoded("dtstamp") == NOW
    assert sorted(event.categories) == ["Chips & fabs", "Hearing"]


def test_the_uid_stays_while_the_words_change() -> None:
    (one,) = events(COMING)
    (later,) = events(replace(COMING, sentence="Other words.", told_at=NOW + timedelta(days=2), development_id="d2"))
    (moved,) = events(replace(COMING, first_day=date(2026, 4, 28), last_day=date(2026, 4, 28)))
    assert one["uid"] == later["uid"] != moved["uid"]


def test_what_is_approximate_stands_on_one_day_and_says_so() -> None:
    month = replace(COMING, first_day=date(2026, 4, 1), last_day=date(2026, 4, 30), certainty="approximate")
    (hearing,) = events(month)
    (deadline,) = events(replace(month, kind="deadline"))
    assert (hearing.decoded("dtstart"), deadline.decoded("dtstart")) == (date(2026, 4, 1), date(2026, 4, 30))
    assert "2026-04-01 to 2026-04-30" in hearing["description"]
    assert events(replace(month, kind="other")) == []


def test_no_date_gives_an_empty_calendar() -> None:
    assert events() == []


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_makes_no_second_event(text: str) -> None:
    found = events(replace(COMING, sentence=text, storyline_title=text, outlet=text, url=f"https://a.example/{text}",
                           topics=(text[:60],)))  # fmt: skip
    assert len(found) == 1


@settings(max_examples=80, deadline=None)
@given(words=st.text(max_size=300))
def test_any_text_comes_back_as_it_was_cleaned(words: str) -> None:
    from flows.alerts.safe_text import clean_line

    (event,) = events(replace(COMING, storyline_title=words, headline="no words"))
    said = clean_line(words, 120) or "no words"
    assert str(event["summary"]) == f"Hearing: {said}"
