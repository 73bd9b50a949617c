"""Developments for feeds: plain ones, and ones that want to break a feed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from flows.feeds_out.items import Manner
from warehouse.stories import Development, NewSentence, Outlet

NOW = datetime(2026, 3, 11, 2, tzinfo=UTC)
MANNER = Manner(zone=ZoneInfo("Europe/Brussels"), topics={"chips": "Chips & fabs", "cloud": "Cloud"})
HOSTILE = [
    "]]></content></entry><entry><script>alert(1)</script>",
    "a & b < c > \"d\" 'e' &amp; &#0; &nbsp;",
    "line\r\nbreak\ttab \x00\x08\x1b[31m \ufffe \ud800 end",
    "\u202eevil right to left\u202c \u0627\u0644\u0645\u062d\u0643\u0645\u0629",
    "字节跳动 sells; comma, backslash \\n \\; BEGIN:VCALENDAR END:VEVENT",
    "x" * 10_000,
    "",
]


def outlet(number: int, *, url: str | None = None, relation: str = "new", name: str = "Delta Wire") -> Outlet:
    return Outlet(
        article_id=f"{number:016x}",
        name=name,
        site="delta.example",
        url=url if url is not None else f"https://delta.example/{number}?a=1&b=2",
        title=f"Report {number}",
        language="en",
        published_at=NOW - timedelta(hours=number % 20),
        relation=relation,
    )


def development(number: int, *, headline: str | None = None, kind: str = "turn", **changed: object) -> Development:
    """A turn; `changed` replaces what it has."""
    said = headline if headline is not None else f"Turn {number} of the saga"
    facts: dict[str, object] = {
        "development_id": f"d{number}",
        "story_id": f"s{number}",
        "storyline_id": f"line{number % 3}",
        "storyline_title": "A saga",
        "kind": kind,
        "headline": said,
        "happened_at": NOW - timedelta(days=number, hours=3),
        "weight": 0.5,
        "reasons": ("turn", "new-figures", "outlets:2"),
        "sentences": (NewSentence(text=f"{said} The new sentence says more.", article_id="a", new_parts=((0, 4),)),),
        "outlets": (outlet(number), outlet(number + 1_000, relation="near")),
        "topics": ("chips",),
        "entities": ("Dresden",),
        "languages": ("en",),
        "previous_headline": "The turn before",
        "previous_at": NOW - timedelta(days=number + 9),
    }
    return Development(**{**facts, **changed})  # type: ignore[arg-type]
