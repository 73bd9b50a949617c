"""What a mail shows of each development: cleaned, cut to what is read in ten seconds, times on the reader's clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from flows.alerts.safe_text import clean_line, safe_link
from flows.alerts.select import Chosen
from flows.alerts.sentences import Part, show_sentences
from flows.briefing.addresses import page_of
from warehouse.outbox import EarlierTurn
from warehouse.stories.model import Development, Outlet

HEADLINE_LIMIT = 180
OUTLETS_SHOWN = 5
COPIES_SHOWN = 4
EARLIER_SHOWN = 3
NBSP = "\u00a0"  # keeps a date on one line
_NEW = {"new-participants": "names", "new-figures": "figures"}
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnView:
    """An earlier turn: its date and headline."""

    on: str
    headline: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletView:
    """An outlet: its name, a safe link or none, when it appeared, its language if it is not the usual one."""

    name: str
    url: str | None
    when: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryView:
    """One development as the templates show it."""

    number: int
    development_id: str
    storyline_id: str
    kind: str
    label: str
    headline: str
    url: str | None
    storyline: str
    when: str
    sentences: tuple[tuple[Part, ...], ...]
    before: TurnView | None
    earlier: tuple[TurnView, ...]
    earlier_more: int
    outlets: tuple[OutletView, ...]
    outlets_more: int
    copies: tuple[OutletView, ...]
    copies_more: int
    why: str
    page: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """A development beyond the reader's limit, in one line."""

    headline: str
    url: str | None
    topic: str


def show_story(
    choice: Chosen,
    *,
    number: int,
    zone: ZoneInfo,
    languages: Sequence[str],
    topics_titles: Mapping[str, str],
    turns: Iterable[EarlierTurn] = (),
    pages_url: str | None = None,
) -> StoryView:
    """The development for one reader. Outlets in her languages come first, then own reports before copies, by time.

    `pages_url` is where the briefing's pages are, ending in a slash; the story then links to its own.
    """
    development = choice.development
    day = development.happened_at.astimezone(zone).date()
    outlets = sorted(development.outlets, key=lambda outlet: _outlet_order(outlet, languages))
    own = [outlet for outlet in outlets if outlet.relation in ("new", "revision")] or outlets[:1]
    copies = [outlet for outlet in outlets if outlet not in own]
    spoken = Counter(outlet.language for outlet in outlets if outlet.language)
    usual = max(sorted(spoken), key=lambda language: (spoken[language], language == "en"), default=None)
    before = _show_before(development, zone)
    earlier = _show_earlier(development, turns, zone)
    storyline = clean_line(development.storyline_title, 80)
    headline = clean_line(_headline_in(development, outlets, languages), HEADLINE_LIMIT) or "(no headline)"
    return StoryView(
        number=number,
        development_id=clean_line(development.development_id, 80),
        storyline_id=clean_line(development.storyline_id, 80),
        kind=development.kind,
        label="New turn" if development.kind == "turn" else "New story",
        headline=headline,
        url=next((link for outlet in [*own, *copies] if (link := safe_link(outlet.url))), None),
        storyline=storyline if storyline != headline else "",
        when=show_time(development.happened_at, zone),
        sentences=show_sentences(
            development.sentences,
            headline,
            mark=development.kind != "first",
            preferred={outlet.article_id for outlet in outlets if outlet.language in languages},
            known=f"{development.previous_headline or ''}\n{development.storyline_title}",
        ),
        before=before,
        earlier=tuple(earlier[-EARLIER_SHOWN:]),
        earlier_more=max(0, len(earlier) - EARLIER_SHOWN),
        outlets=tuple(_show_outlet(outlet, zone, day, usual) for outlet in own[:OUTLETS_SHOWN]),
        outlets_more=max(0, len(own) - OUTLETS_SHOWN),
        copies=tuple(_show_outlet(outlet, zone, day, usual) for outlet in copies[:COPIES_SHOWN]),
        copies_more=max(0, len(copies) - COPIES_SHOWN),
        why=_explain(choice, topics_titles),
        page=f"{pages_url}{page_of(development.storyline_id, development.development_id)}" if pages_url else None,
    )


def show_line(choice: Chosen, *, topics_titles: Mapping[str, str]) -> LineView:
    """The development in one line."""
    development = choice.development
    topics = choice.why.topics or development.topics
    return LineView(
        headline=clean_line(development.headline, 120) or "(no headline)",
        url=next((link for outlet in development.outlets if (link := safe_link(outlet.url))), None),
        topic=show_topic(topics[0], topics_titles) if topics else "",
    )


def _explain(choice: Chosen, topics_titles: Mapping[str, str]) -> str:
    matched: list[str] = []
    if choice.why.topics:
        matched.append("topic " + ", ".join(show_topic(topic, topics_titles) for topic in choice.why.topics[:3]))
    if choice.why.entities:
        matched.append("name " + ", ".join(clean_line(entity, 60) for entity in choice.why.entities[:4]))
    said = [f"{'; '.join(matched) or 'you get all topics'}."]
    said += show_reasons(choice.development)
    said.append(f"Weight {round(choice.weight * 100)} of 100.")
    said.append(f"Storyline {clean_line(choice.development.storyline_id, 80)}.")
    return " ".join(said)


def show_reasons(development: Development) -> list[str]:
    """The development's reasons in at most two short sentences."""
    return show_codes(development.kind, development.reasons)


def show_codes(kind: str, reasons: Iterable[str]) -> list[str]:
    """Reason codes in at most two short sentences: what is new in a turn, how many outlets report on their own."""
    new: list[str] = []
    others: list[str] = []
    acts = False
    for code in reasons:
        name, _, value = clean_line(code, 60).partition(":")
        words = value.replace("-", " ")
        if name in ("act", "new-act"):
            acts = True
        elif name.startswith("new-"):
            new.append(_NEW.get(name, name.removeprefix("new-").replace("-", " ")))
        elif name == "outlets":
            others.append(f"{words} independent outlets")
        elif name not in ("first-story", "turn", "update"):
            others.append(f"{name} {words}".replace("-", " ").strip())
    # Which acts they are is read from single words: too unsure to be quoted to a reader.
    new += ["actions"] if acts else []
    said = [f"New: {', '.join(new[:5])}."] if new and kind != "first" else []
    return said + ([f"{', '.join(others[:3]).capitalize()}."] if others else [])


def show_topic(topic_id: str, titles: Mapping[str, str]) -> str:
    """The topic's title, or its id where the configuration has no title for it."""
    return clean_line(titles.get(topic_id, topic_id), 80)


def show_date(at: datetime, zone: ZoneInfo) -> str:
    """Like `12 May 2026`."""
    day = at.astimezone(zone).date()
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def show_day(day: date) -> str:
    """Like `Tue 12 May 2026`."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def show_time(at: datetime, zone: ZoneInfo) -> str:
    """Like `Tue 12 May, 14:05`; only the day where the publisher gave no time (midnight UTC)."""
    local = at.astimezone(zone)
    day = local.date() if not _is_day_only(at) else at.astimezone(UTC).date()
    shown = f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"
    return (shown if _is_day_only(at) else f"{shown}, {local:%H:%M}").replace(" ", NBSP)


def _is_day_only(at: datetime) -> bool:
    return at.astimezone(UTC).time() == time(0)


def _show_outlet(outlet: Outlet, zone: ZoneInfo, day: date, usual: str | None) -> OutletView:
    when = ""
    if outlet.published_at is not None:
        local = outlet.published_at.astimezone(zone)
        if _is_day_only(outlet.published_at):
            when = "" if outlet.published_at.astimezone(UTC).date() == day else show_time(outlet.published_at, zone)
        else:
            when = f"{local:%H:%M}" if local.date() == day else f"{local.day} {_MONTHS[local.month - 1]}, {local:%H:%M}"
    language = clean_line(outlet.language or "", 3) if outlet.language != usual else ""
    return OutletView(
        name=clean_line(outlet.name, 60) or clean_line(outlet.site, 60) or "unnamed outlet",
        url=safe_link(outlet.url),
        when=when.replace(" ", NBSP),
        language=language,
    )


def _outlet_order(outlet: Outlet, languages: Sequence[str]) -> tuple[bool, float, str]:
    foreign = bool(languages) and outlet.language not in languages
    at = outlet.published_at.timestamp() if outlet.published_at else float("inf")
    return (foreign, at, outlet.article_id)


def _headline_in(development: Development, outlets: Sequence[Outlet], languages: Sequence[str]) -> str:
    """The headline, or the first report's in the reader's languages if the headline is surely in none of them."""
    own = {outlet.language for outlet in outlets if outlet.title == development.headline}
    if not languages or not own or own & {*languages, None}:
        return development.headline
    titles = (o.title for o in outlets if o.language in languages and o.relation in ("new", "revision"))
    return next(titles, development.headline)


def _show_before(development: Development, zone: ZoneInfo) -> TurnView | None:
    headline = clean_line(development.previous_headline or "", 140)
    if not headline:
        return None
    on = show_date(development.previous_at, zone) if development.previous_at else ""
    return TurnView(on=on, headline=headline)


def _show_earlier(development: Development, turns: Iterable[EarlierTurn], zone: ZoneInfo) -> list[TurnView]:
    # The turn just before has a line of its own.
    shown = (development.development_id, development.previous_id)
    earlier = {
        turn.development_id: turn
        for turn in turns
        if turn.development_id not in shown and turn.happened_at < development.happened_at
    }
    in_order = sorted(earlier.values(), key=lambda turn: (turn.happened_at, turn.development_id))
    return [TurnView(on=show_date(t.happened_at, zone), headline=clean_line(t.headline, 110)) for t in in_order]
