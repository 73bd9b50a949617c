"""A storyline's dossier as it is shown, on paper or in Markdown: cleaned, dated, quoted shortly."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime
from typing import Any

from flows.alerts.present import show_date, show_day, show_reasons, show_time, show_topic
from flows.alerts.safe_text import clean_line, safe_link
from flows.feeds_out.ics import KINDS
from flows.feeds_out.items import QUOTED_CHARACTERS, Manner, quote
from warehouse.dates_ahead import ComingDate
from warehouse.dossier import Dossier, DossierTurn
from warehouse.stories import Outlet
from warehouse.stories.model import Development

LABELS = {"first": "New story", "turn": "New turn", "update": "Update"}
NOTES = {"note": "Note", "tag": "Tag", "false-alarm": "False alarm"}
SURE = {"exact": "", "inferred": "inferred", "approximate": "approximate"}
_TITLE, _NAME = 240, 80
OUTLETS_SHOWN, SOURCES_SHOWN = 12, 40

View = dict[str, Any]


def show_dossier(dossier: Dossier, manner: Manner) -> View:
    """The dossier as plain texts and lists, the same for every way of writing it. Times are the house's."""
    zone = manner.zone
    outlets = len(dossier.sources)
    turns = [turn for turn in dossier.turns if turn.kind != "update"]
    at = dossier.published_at or dossier.last_at
    return {
        "title": clean_line(dossier.title, _TITLE) or "(no title)",
        "rtl": is_rtl(dossier.title),
        "state": clean_line(dossier.state, _TITLE),
        "span": f"{show_date(dossier.first_at, zone)} to {show_date(dossier.last_at, zone)}",
        "figures": [
            [str(len(turns)), "turn" if len(turns) == 1 else "turns"],
            [str(dossier.reports), "report" if dossier.reports == 1 else "reports"],
            [str(dossier.copies), "copy" if dossier.copies == 1 else "copies"],
            [str(outlets), "outlet" if outlets == 1 else "outlets"],
            [str(len(dossier.languages)), f"{'language' if len(dossier.languages) == 1 else 'languages'}"
             + (f" ({', '.join(dossier.languages)})" if dossier.languages else "")],
        ],
        "storyline_id": clean_line(dossier.storyline_id, _NAME),
        "as_of": show_date(at, zone),
        "zone": zone.key,
        "turns": [_turn(turn, manner) for turn in reversed(dossier.turns)],
        "dates": [_date(one, at.astimezone(UTC).date(), manner) for one in dossier.dates],
        "sources": [
            {
                "outlet": clean_line(one.outlet, _NAME), "reports": one.reports, "copies": one.copies,
                "first": show_date(one.first_at, zone), "languages": ", ".join(one.languages),
            }
            for one in dossier.sources[:SOURCES_SHOWN]
        ],
        "sources_more": max(0, outlets - SOURCES_SHOWN),
        "entities": [
            {
                "name": clean_line(one.name, _NAME), "reports": one.reports, "mentions": one.mentions,
                "listed": one.listed, "share": round(one.reports / max(e.reports for e in dossier.entities), 3),
                "span": _span(one.first_at, one.last_at, manner),
            }
            for one in dossier.entities
        ],
        "notes": [
            {
                "on": show_date(one.noted_at, zone), "kind": NOTES.get(one.kind, one.kind),
                "text": clean_line(one.text, 2_000),
                "about": "" if one.target_kind == "storyline" else clean_line(one.title, _TITLE),
            }
            for one in dossier.notes
        ],
    }  # fmt: skip


def is_rtl(text: str) -> bool:
    """Whether the first letter with a direction runs from right to left (UAX #9, P2 and P3)."""
    kinds = (unicodedata.bidirectional(char) for char in text)
    return next((kind in ("R", "AL") for kind in kinds if kind in ("L", "R", "AL")), False)


def _turn(turn: DossierTurn, manner: Manner) -> View:
    own = [outlet for outlet in turn.outlets if outlet.relation in ("new", "revision")] or list(turn.outlets[:1])
    copies = len(turn.outlets) - len(own)
    headline = clean_line(turn.headline, _TITLE) or "(no headline)"
    quotes = quote(turn.sentences, headline, mark=turn.kind != "first", closed_use=manner.closed_use)
    return {
        "day": show_day(turn.happened_at.astimezone(manner.zone).date()),
        "when": show_time(turn.happened_at, manner.zone),
        "told": show_date(turn.told_at, manner.zone),
        "kind": turn.kind,
        "label": LABELS[turn.kind],
        "headline": headline,
        "rtl": is_rtl(headline),
        "quotes": [
            {"rtl": is_rtl("".join(part.text for part in parts)), "parts": [[part.text, part.new] for part in parts]}
            for parts in quotes
        ],
        "outlets": [_outlet(outlet, manner) for outlet in own[:OUTLETS_SHOWN]],
        "outlets_more": max(0, len(own) - OUTLETS_SHOWN),
        "copies": copies,
        "about": " ".join([
            *([", ".join(show_topic(t, manner.topics) for t in turn.topics) + "."] if turn.topics else []),
            *_reasons(turn), f"Weight {round(turn.weight * 100)} of 100.",
        ]),
    }  # fmt: skip


def _reasons(turn: DossierTurn) -> list[str]:
    like = Development(
        development_id=turn.development_id, story_id="", storyline_id="", storyline_title="", kind=turn.kind,
        headline=turn.headline, happened_at=turn.happened_at, weight=turn.weight, reasons=turn.reasons, sentences=(),
        outlets=(), topics=turn.topics, entities=(), languages=(),
    )  # fmt: skip
    return show_reasons(like)


def _outlet(outlet: Outlet, manner: Manner) -> View:
    title = clean_line(outlet.title, _TITLE)
    return {
        "name": clean_line(outlet.name, _NAME) or clean_line(outlet.site, _NAME) or "unnamed outlet",
        "title": title,
        "rtl": is_rtl(title),
        "url": safe_link(outlet.url) or "",
        "when": show_time(outlet.published_at, manner.zone) if outlet.published_at else "",
        "language": clean_line(outlet.language or "", 8),
    }


def _date(one: ComingDate, today: date, manner: Manner) -> View:
    days = show_day(one.first_day)
    if one.last_day != one.first_day:
        first, last = show_day(one.first_day)[4:], show_day(one.last_day)[4:]  # without their weekdays
        begin, end = first.split(), last.split()
        same = next((n for n in (1, 2) if begin[n:] == end[n:]), 3)  # what both share is said once
        days = f"{' '.join(begin[:same])} to {last}"
    limit = 2_000 if manner.closed_use else QUOTED_CHARACTERS
    sentence = clean_line(one.sentence, limit)
    return {
        "days": days, "kind": KINDS[one.kind], "sure": SURE[one.certainty], "sentence": sentence,
        "quoted": sentence if sentence[:1] in "\"“„«‘" else f"“{sentence}”", "rtl": is_rtl(sentence),
        "outlet": clean_line(one.outlet, _NAME), "url": safe_link(one.url) or "",
        "passed": one.last_day < today,
    }  # fmt: skip


def _span(first: datetime, last: datetime, manner: Manner) -> str:
    begin, end = show_date(first, manner.zone), show_date(last, manner.zone)
    return begin if begin == end else f"{begin} to {end}"
