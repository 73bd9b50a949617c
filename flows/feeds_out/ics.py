"""Dates ahead as an iCalendar file (RFC 5545): all-day events, each with the sentence that it is known from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from uuid import uuid5

from flows.alerts.present import show_topic
from flows.alerts.safe_text import clean_line
from flows.feeds_out.items import NAMESPACE, QUOTED_CHARACTERS, Manner, uri_of
from warehouse.dates_ahead import ComingDate

KINDS = {
    "deadline": "Deadline", "hearing": "Hearing", "entry-into-force": "Enters into force", "vote": "Vote",
    "other": "Date",
}  # fmt: skip
SURE = {
    "exact": "The day is written in the report.",
    "inferred": "The day follows from when the report was published.",
    "approximate": "Only the month or a part of the year is known.",
}
TITLE_LIMIT = 120
MOST_EVENTS = 1_000
# What is only a month and nothing in particular says little on a calendar. It stands in SQL.
_LEFT_OUT = ("other", "approximate")


def render_calendar(coming: Iterable[ComingDate], manner: Manner, *, title: str = "sovwatch: dates ahead") -> bytes:
    """The calendar. An event keeps its UID as long as storyline, day and kind stay the same.

    What is approximate stands on one day, deadlines on the last and others on the first, and is tentative. The same
    dates give the same bytes.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//sovwatch//dates ahead//EN",
        "CALSCALE:GREGORIAN",
        f"NAME:{_text(title)}",
        f"X-WR-CALNAME:{_text(title)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT12H",
    ]
    chosen = [one for one in coming if (one.kind, one.certainty) != _LEFT_OUT][:MOST_EVENTS]
    for one in chosen:
        lines += _event(one, manner)
    return "".join(_fold(line) for line in [*lines, "END:VCALENDAR"]).encode()


def _event(one: ComingDate, manner: Manner) -> list[str]:
    first, last = event_days(one)
    link = uri_of(one.url)
    quoted = clean_line(one.sentence, 2_000 if manner.closed_use else QUOTED_CHARACTERS)
    said = [f"“{quoted}”", clean_line(one.outlet, 80), SURE[one.certainty]]
    if one.certainty == "approximate":
        said[-1] += f" It is some time from {one.first_day.isoformat()} to {one.last_day.isoformat()}."
    said += [f"Mentioned by {one.mentions} reports."] if one.mentions > 1 else []
    said += [link] if link else []
    about = clean_line(one.storyline_title, TITLE_LIMIT) or clean_line(one.headline, TITLE_LIMIT)
    lines = [
        "BEGIN:VEVENT",
        f"UID:{uuid5(NAMESPACE, f'date {one.storyline_id} {one.first_day} {one.last_day} {one.kind}')}",
        f"DTSTAMP:{_stamp(one.told_at)}",
        f"CREATED:{_stamp(one.first_told_at)}",
        f"LAST-MODIFIED:{_stamp(one.told_at)}",
        f"DTSTART;VALUE=DATE:{first:%Y%m%d}",
        f"DTEND;VALUE=DATE:{last + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_text(f'{KINDS[one.kind]}: {about}')}",
        f"DESCRIPTION:{_text(chr(10).join(said))}",
    ]
    lines += [f"URL:{link}"] if link else []
    topics = (show_topic(topic, manner.topics) for topic in one.topics)
    lines.append(f"CATEGORIES:{','.join(_text(name) for name in (KINDS[one.kind], *topics) if name)}")
    lines.append(f"STATUS:{'CONFIRMED' if one.certainty == 'exact' else 'TENTATIVE'}")
    return [*lines, "TRANSP:TRANSPARENT", "END:VEVENT"]


def event_days(one: ComingDate) -> tuple[date, date]:
    """The days that the event covers, both included."""
    if one.certainty != "approximate":
        return one.first_day, one.last_day
    day = one.last_day if one.kind == "deadline" else one.first_day
    return day, day


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    """Section 3.3.11: backslash, semicolon, comma and line break are escaped; other controls have no place."""
    text = re.sub("[\x00-\x08\x0b-\x1f\x7f]", " ", text)
    return re.sub(r"([\\;,])", r"\\\1", text).replace("\n", "\\n")


def _fold(line: str) -> str:
    """Section 3.1: no line longer than 75 octets, none cut within a character."""
    pieces: list[bytes] = []
    rest = line.encode("utf-8", "replace")
    room = 75
    while len(rest) > room:
        cut = room
        while rest[cut] & 0xC0 == 0x80:
            cut -= 1
        pieces.append(rest[:cut])
        rest, room = rest[cut:], 74
    return b"\r\n ".join([*pieces, rest]).decode() + "\r\n"
