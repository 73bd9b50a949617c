"""The front page and a page for every day: what was told, the weightiest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flows.alerts.safe_text import clean_line
from flows.alerts.sentences import repeats
from flows.briefing.addresses import DAY_CARDS, DAY_LINES, DAYS, INDEX, day_path, storyline_path, topic_path
from flows.briefing.desk import Desk
from flows.briefing.plots import draw_nights
from flows.briefing.words import count_of, day_in, show_date, show_days, show_moment, show_weekday
from warehouse.briefing import DayLine, NightLine, Totals, Turn, find_day_turns, find_turns
from warehouse.dates_ahead import find_dates_ahead

FIRST_LINES = 25  # lines below the cards of a day's first page
NIGHTS_LISTED = 14
DATES_AHEAD = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class DayView:
    """A day in a list of days."""

    path: str
    name: str
    told: int
    updates: int


def put_days(desk: Desk, days: Sequence[DayLine]) -> None:
    """Writes the pages of every day that has changed, and the list of days."""
    wanted: list[tuple[DayLine, DayLine | None, DayLine | None, str]] = []
    for index, line in enumerate(days):
        later = days[index - 1] if index else None
        earlier = days[index + 1] if index + 1 < len(days) else None
        stamp = desk.stamp(line.stamp, later and later.day, earlier and earlier.day, _note_stamp(desk))
        if desk.site.is_current(day_path(line.day), stamp):
            for page in range(2, _pages(line.told + line.updates) + 1):
                desk.site.keep(day_path(line.day, page))
        else:
            wanted.append((line, later, earlier, stamp))
    for at in range(0, len(wanted), 30):
        part = wanted[at : at + 30]
        ids = find_day_turns(desk.con, [line.day for line, *_ in part], zone=desk.zone)
        turns = find_turns(desk.con, [one for found in ids.values() for one in found])
        for line, later, earlier, stamp in part:
            told = [turns[one] for one in ids.get(line.day, ()) if one in turns]
            _put_day(desk, line.day, told, later=later.day if later else None,
                     earlier=earlier.day if earlier else None, stamp=stamp)  # fmt: skip
    months: dict[str, list[DayView]] = {}
    for line in days:
        months.setdefault(f"{line.day:%Y-%m}", []).append(_view(line))
    names = {key: f"{show_date(date.fromisoformat(key + '-01'))[2:]}" for key in months}
    desk.put(DAYS, "days", months=[(names[key], found) for key, found in months.items()])


def put_index(desk: Desk, days: Sequence[DayLine], totals: Totals) -> None:
    """Writes the front page: the newest night's developments, or that it was quiet, and the nights before."""
    today = desk.today
    ids = find_day_turns(desk.con, [today], zone=desk.zone).get(today, []) if today else []
    turns = find_turns(desk.con, ids)
    told = [turns[one] for one in ids if one in turns]
    before = [line for line in days if line.day != today][:NIGHTS_LISTED]
    heads = _headlines(desk, [line.day for line in before[:7]])
    counted = {line.day: line.told for line in days}
    seen = dict.fromkeys(day_in(night.as_of, desk.manner.zone) for night in reversed(desk.nights[:30]))
    desk.put(
        INDEX, "index", title=show_weekday(today) if today else "No night yet", today=today,
        said=_summary(told) if today else "",
        night=_night_words(desk, desk.nights[0]) if desk.nights else "",
        **_parts(desk, told, today, page=1),
        before=[(_view(line), heads.get(line.day, [])) for line in before], totals=totals,
        strip=draw_nights("strip", [(day, counted.get(day, 0)) for day in seen]) if len(seen) > 1 else "",
        topics=_topic_counts(desk, told),
        ahead=_ahead(desk),
        lists=desk.lists(),
    )  # fmt: skip


def _put_day(
    desk: Desk, day: date, told: Sequence[Turn], *, later: date | None, earlier: date | None, stamp: str
) -> None:
    for page in range(1, _pages(len(told)) + 1):
        desk.put(
            day_path(day, page), "day", stamp=stamp, title=show_weekday(day), day=day, said=_summary(told),
            later=(day_path(later), show_date(later)) if later else None,
            earlier=(day_path(earlier), show_date(earlier)) if earlier else None,
            topics=_topic_counts(desk, told) if page == 1 else [], **_parts(desk, told, day, page=page),
        )  # fmt: skip


def _parts(desk: Desk, told: Sequence[Turn], day: date | None, *, page: int) -> dict[str, Any]:
    """The page's cards and lines, and where its other pages are."""
    lead = [turn for turn in told if turn.kind != "update"][:DAY_CARDS]
    shown = {turn.development_id for turn in lead}
    rest = [turn for turn in told if turn.development_id not in shown]
    start = 0 if page == 1 else FIRST_LINES + (page - 2) * DAY_LINES
    end = FIRST_LINES if page == 1 else start + DAY_LINES
    pages = _pages(len(told))
    return {
        "cards": [desk.card(turn) for turn in lead] if page == 1 else [],
        "lines": [desk.card(turn) for turn in rest[start:end]],
        "lines_title": _lines_title(rest),
        "page": page, "pages": [day_path(day, number) for number in range(1, pages + 1)] if day else [],
    }  # fmt: skip


def _pages(told: int) -> int:
    beyond = told - FIRST_LINES - DAY_CARDS
    return 1 if beyond <= 0 else 1 + -(-beyond // DAY_LINES)


def _lines_title(rest: Sequence[Turn]) -> str:
    updates = sum(turn.kind == "update" for turn in rest)
    if updates == len(rest):
        return "Updates to known developments"
    return "Also told" if updates else "Also new"


def _summary(told: Sequence[Turn]) -> str:
    kinds = Counter(str(turn.kind) for turn in told)
    names = (("first", "new story", "new stories"), ("turn", "new turn", "new turns"), ("update", "update", "updates"))
    said = [count_of(kinds[kind], one, many) for kind, one, many in names if kinds[kind]]
    return ", ".join(said)


def _topic_counts(desk: Desk, told: Sequence[Turn]) -> list[tuple[str, str, int]]:
    counts = Counter(topic for turn in told if turn.kind != "update" for topic in turn.topics)
    found = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    titles: Mapping[str, str] = desk.manner.topics
    return [(titles[topic], topic_path(topic), count) for topic, count in found if topic in titles]


def _headlines(desk: Desk, days: Sequence[date]) -> dict[date, list[Any]]:
    """The three weightiest developments of each day."""
    ids = {day: found[:3] for day, found in find_day_turns(desk.con, days, zone=desk.zone).items()}
    turns = find_turns(desk.con, [one for found in ids.values() for one in found])
    return {day: [desk.card(turns[one]) for one in found if turns[one].kind != "update"] for day, found in ids.items()}


def _ahead(desk: Desk) -> list[dict[str, str]]:
    """Dates ahead that developments mention, the next ones first, each with the sentence that says so."""
    if desk.today is None:
        return []
    known = {line.storyline_id for line in desk.lines}
    found = [one for one in find_dates_ahead(desk.con, since=desk.today) if one.storyline_id in known][:DATES_AHEAD]
    return [
        {
            "on": show_days(one.first_day, one.last_day), "kind": one.kind.replace("-", " "),
            "path": storyline_path(one.storyline_id), "headline": clean_line(one.headline, 120),
            "sentence": "" if repeats(one.sentence, one.headline) else clean_line(one.sentence, 200),
        }
        for one in found
    ]  # fmt: skip


def _night_words(desk: Desk, night: NightLine) -> str:
    """One line on what the night went through."""
    counts = night.counts
    outcomes: Mapping[str, int] = counts.get("outcomes") or {}
    read = sum(outcomes.get(name, 0) for name in ("new", "copy", "revision", "link-only"))
    copies = outcomes.get("copy", 0)
    problems = sum((counts.get("problems") or {}).values())
    said = [f"Night of {show_moment(night.as_of, desk.manner.zone)}"]
    if counts:
        said += [f"{count_of(counts.get('entries_seen', 0), 'entry', 'entries')} seen",
                 f"{count_of(read, 'article')} on topic", f"of these {count_of(copies, 'copy', 'copies')}"]  # fmt: skip
        said += [count_of(problems, "problem")] if problems else []
    return ", ".join(said) + "."


def _view(line: DayLine) -> DayView:
    return DayView(path=day_path(line.day), name=show_weekday(line.day), told=line.told, updates=line.updates)


def _note_stamp(desk: Desk) -> str:
    # Notes at articles are few and rare: a new one makes the days again.
    return repr(
        [(key, [n.text for n in notes]) for key, notes in sorted(desk.manner.notes.items()) if key[0] == "article"]
    )
