"""A development as the pages show it: cleaned, quoted shortly, with the links out and the links within the site."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from flows.alerts.present import show_codes, show_time, show_topic
from flows.alerts.safe_text import clean_line, safe_link
from flows.alerts.sentences import Part, show_sentences
from flows.briefing.addresses import anchor, development_address, storyline_path, topic_path
from flows.briefing.words import day_in, language_name, show_date
from warehouse.briefing import Member, Note, Turn

HEADLINE_LIMIT = 200
# A quotation: two sentences, each as long as a mail shows it. In closed use inside one house: all that is new.
QUOTED_SENTENCES, QUOTED_CHARACTERS = 2, 320
CLOSED_SENTENCES, CLOSED_CHARACTERS = 40, 2_000
OWN_SHOWN, COPIES_SHOWN = 12, 40
LABELS = {"first": "New story", "turn": "New turn", "update": "Update"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How pages say things: the house's time zone, the topics' titles, and whether more than a quotation is shown."""

    zone: ZoneInfo
    topics: Mapping[str, str]
    closed_use: bool = False
    notes: Mapping[tuple[str, str], Sequence[Note]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkOut:
    """A report elsewhere: outlet, safe address or none, when, in which language, and how it is known in SQL."""

    outlet: str
    url: str | None
    when: str
    language: str
    article_id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteView:
    """What a person wrote."""

    kind: str
    text: str
    on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A development. `href` and the topics' are paths within the site."""

    anchor: str
    href: str
    storyline_href: str
    kind: str
    label: str
    when: str
    when_full: str
    iso: str
    headline: str
    storyline: str
    sentences: tuple[tuple[Part, ...], ...]
    sentences_more: int
    previous: str
    previous_on: str
    own: tuple[LinkOut, ...]
    own_more: int
    copies: tuple[LinkOut, ...]
    copies_more: int
    topics: tuple[tuple[str, str], ...]
    names: tuple[str, ...]
    weight: int
    reasons: tuple[str, ...]
    article_ids: tuple[str, ...]
    notes: tuple[NoteView, ...]
    lead: LinkOut | None


def show_turn(turn: Turn, manner: Manner, *, later: Iterable[Member] = ()) -> Card:
    """The card; `later` are articles of the same story that were not known when it was told."""
    told = [
        (_link(r.outlet, r.site, r.url, r.published_at, r.language, r.article_id, r.title, turn, manner), r.is_own)
        for r in turn.reports
    ]
    known = {report.article_id for report in turn.reports}
    told += [
        (
            _link(m.outlet, m.site, m.url, m.published_at, m.language, m.article_id, m.title, turn, manner),
            m.role != "copy",
        )
        for m in later
        if m.article_id not in known
    ]
    own = [link for link, is_own in told if is_own]
    copies = [link for link, is_own in told if not is_own]
    headline = clean_line(turn.headline, HEADLINE_LIMIT) or "(no headline)"
    storyline = clean_line(turn.storyline_title, 90)
    sentences = show_quotation(turn, headline, manner)
    ids = tuple(link.article_id for link, _ in told)
    notes = [note for key in ids for note in manner.notes.get(("article", key), ())]
    return Card(
        anchor=anchor(turn.development_id),
        href=development_address(turn.storyline_id, turn.development_id, turn.number, turn.turns),
        storyline_href=storyline_path(turn.storyline_id),
        kind=turn.kind,
        label=LABELS[turn.kind],
        when=show_time(turn.happened_at, manner.zone),
        when_full=_full(turn.happened_at, manner.zone),
        iso=turn.happened_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ"),
        headline=headline,
        storyline=storyline if storyline != clean_line(turn.headline, 90) else "",
        sentences=sentences,
        sentences_more=0 if manner.closed_use else max(0, len(turn.sentences) - len(sentences)),
        previous=clean_line(turn.previous_headline or "", 140),
        previous_on=show_date(day_in(turn.previous_at, manner.zone)) if turn.previous_at else "",
        own=tuple(own[:OWN_SHOWN]),
        own_more=max(0, len(own) - OWN_SHOWN),
        copies=tuple(copies[:COPIES_SHOWN]),
        copies_more=max(0, len(copies) - COPIES_SHOWN),
        topics=tuple(
            (show_topic(topic, manner.topics), topic_path(topic)) for topic in turn.topics if topic in manner.topics
        ),
        names=tuple(dict.fromkeys(name for one in turn.entities[:6] if (name := clean_line(one, 50)))),
        weight=round(turn.weight * 100),
        reasons=tuple(show_codes(turn.kind, turn.reasons)),
        article_ids=ids,
        notes=show_notes(notes, manner),
        lead=next((link for link in [*own, *copies] if link.url), None),
    )


def show_quotation(turn: Turn, headline: str, manner: Manner) -> tuple[tuple[Part, ...], ...]:
    """The new sentences, marked; in open use two at most, cut; one that only repeats the headline is left out."""
    most, limit = (CLOSED_SENTENCES, CLOSED_CHARACTERS) if manner.closed_use else (QUOTED_SENTENCES, QUOTED_CHARACTERS)
    return show_sentences(
        turn.sentences[: most + 2], headline, mark=turn.kind != "first", most=most, limit=limit,
        known=f"{turn.previous_headline or ''}\n{turn.storyline_title}",
    )  # fmt: skip


def show_notes(notes: Iterable[Note], manner: Manner) -> tuple[NoteView, ...]:
    """What people wrote, in their order."""
    return tuple(
        NoteView(
            kind={"false-alarm": "False alarm", "tag": "Tag"}.get(note.kind, "Note"),
            text=clean_line(note.text, 600),
            on=show_date(day_in(note.at, manner.zone)),
        )
        for note in notes
    )


def _link(
    outlet: str,
    site: str,
    url: str,
    at: datetime | None,
    language: str | None,
    article_id: str,
    title: str,
    turn: Turn,
    manner: Manner,
) -> LinkOut:
    return LinkOut(
        outlet=clean_line(outlet, 60) or clean_line(site, 60) or "unnamed outlet",
        url=safe_link(url),
        when=_when(at, day_in(turn.happened_at, manner.zone), manner.zone),
        language=language_name(language) if language and language != "en" else "",
        article_id=clean_line(article_id, 40),
        title=clean_line(title, 160),
    )


def _full(at: datetime, zone: ZoneInfo) -> str:
    """Like `Tue 12 May 2026, 14:05`."""
    day, mark, clock = show_time(at, zone).partition(",")
    year = (at if at.astimezone(UTC).time() == time(0) else at.astimezone(zone)).year
    return f"{day}\u00a0{year}{mark}{clock}"


def _when(at: datetime | None, day: date, zone: ZoneInfo) -> str:
    if at is None:
        return ""
    if at.astimezone(UTC).time() == time(0):
        stated = at.astimezone(UTC).date()
        return "" if stated == day else show_date(stated)
    local = at.astimezone(zone)
    if local.date() == day:
        return f"{local:%H:%M}"
    said = show_date(local.date())
    return (said[:-5] if local.year == day.year else said) + f", {local:%H:%M}"
