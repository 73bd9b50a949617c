"""A page for every storyline: its turns, what was new at each, who reports, who is named; and the list of them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flows.alerts.present import show_topic
from flows.alerts.safe_text import clean_line
from flows.briefing.addresses import LIST_LINES, Block, list_path, storyline_blocks, storyline_path, topic_path
from flows.briefing.cards import Manner, show_notes
from flows.briefing.desk import Desk
from flows.briefing.plots import Plot, draw_activity, draw_mentions
from flows.briefing.words import count_of, day_in, language_name, show_date
from warehouse.briefing import (
    Member,
    Mention,
    StorylineLine,
    Turn,
    find_members,
    find_mentions,
    find_storyline_turns,
    find_turns,
)

BATCH = 200
OUTLETS_SHOWN = 30
BACKGROUND_SHOWN = 40


@dataclass(slots=True, kw_only=True)
class OutletRow:
    """An outlet's part in a storyline."""

    outlet: str
    language: str
    first_at: datetime
    own: int = 0
    copies: int = 0
    led: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """A storyline in a list."""

    path: str
    title: str
    state: str
    facts: str
    told_on: str
    topics: tuple[tuple[str, str], ...]


def put_storylines(desk: Desk) -> None:
    """Writes the pages of every storyline that has changed, and the list of all."""
    wanted: list[tuple[StorylineLine, str]] = []
    for line in desk.lines:
        feeds = desk.feeds(f"storyline-{line.storyline_id}")
        stamp = desk.stamp(line.stamp, _notes_of(desk.manner, line.storyline_id), feeds)
        blocks = storyline_blocks(line.storyline_id, line.developments)
        if desk.site.is_current(blocks[-1].path, stamp):
            for block in blocks[:-1]:
                desk.site.keep(block.path)
        else:
            wanted.append((line, stamp))
    for at in range(0, len(wanted), BATCH):
        part = wanted[at : at + BATCH]
        ids = [line.storyline_id for line, _ in part]
        told = find_storyline_turns(desk.con, ids)
        turns = find_turns(desk.con, [one for found in told.values() for one in found])
        members = find_members(desk.con, ids)
        mentions = find_mentions(desk.con, ids, zone=desk.zone)
        for line, stamp in part:
            key = line.storyline_id
            own = [turns[one] for one in told.get(key, ()) if one in turns]
            _put_storyline(desk, line, own, members.get(key, []), mentions.get(key, []), stamp)
    _put_list(desk)


def show_line(line: StorylineLine, manner: Manner) -> LineView:
    """The storyline in a list."""
    title = clean_line(line.title, 140) or "(no title)"
    state = clean_line(line.state, 160)
    facts = [count_of(line.turns, "turn"), count_of(line.reports, "report"), count_of(line.outlets, "outlet")]
    return LineView(
        path=storyline_path(line.storyline_id),
        title=title,
        state=state if state != title else "",
        facts=", ".join(facts),
        told_on=show_date(day_in(line.told_at, manner.zone)),
        topics=_topics(line, manner),
    )


def _put_list(desk: Desk) -> None:
    pages = max(1, -(-len(desk.lines) // LIST_LINES))
    for page in range(1, pages + 1):
        part = desk.lines[(page - 1) * LIST_LINES : page * LIST_LINES]
        desk.put(
            list_path(page),
            "storylines",
            lines=[show_line(line, desk.manner) for line in part],
            page=page,
            pages=[list_path(number) for number in range(1, pages + 1)],
            total=len(desk.lines),
        )


def _put_storyline(
    desk: Desk,
    line: StorylineLine,
    turns: Sequence[Turn],
    members: Sequence[Member],
    mentions: Sequence[Mention],
    stamp: str,
) -> None:
    blocks = storyline_blocks(line.storyline_id, len(turns))
    later, background = _spread(turns, members)
    for block in blocks:
        newest = block is blocks[-1]
        cards = [
            desk.card(turn, later.get(turn.development_id, ()))
            for turn in reversed(turns[block.first - 1 : block.last])
        ]
        values: dict[str, Any] = {
            "line": line,
            "title": clean_line(line.title, 200) or "(no title)",
            "topics": _topics(line, desk.manner),
            "cards": cards,
            "newest": newest,
            "blocks": _block_views(desk, blocks, turns, block),
            "main": blocks[-1].path,
            "feeds": desk.feeds(f"storyline-{line.storyline_id}"),
            "plots": [],
            "outlets": [],
            "outlets_more": 0,
            "background": [],
            "background_more": 0,
            "state": "",
            "facts": (),
            "notes": (),
        }
        if newest:
            rows = _outlet_rows(members)
            links = [show_turn_link(member, desk.manner) for member in background]
            values |= {
                "state": clean_line(line.state, 200),
                "facts": _facts(line, desk.manner),
                "plots": _plots(desk, turns, members, mentions),
                "outlets": rows[:OUTLETS_SHOWN],
                "outlets_more": max(0, len(rows) - OUTLETS_SHOWN),
                "background": links[:BACKGROUND_SHOWN],
                "background_more": max(0, len(links) - BACKGROUND_SHOWN),
                "notes": show_notes(desk.manner.notes.get(("storyline", line.storyline_id), ()), desk.manner),
            }
        desk.put(block.path, "storyline", stamp=stamp, **values)


def show_turn_link(member: Member, manner: Manner) -> dict[str, str]:
    """An article that no development tells of, in one line."""
    from flows.alerts.safe_text import safe_link

    return {
        "title": clean_line(member.title, 140) or "(no title)",
        "outlet": clean_line(member.outlet, 60),
        "url": safe_link(member.url) or "",
        "on": show_date(day_in(member.member_at, manner.zone)),
    }


def _spread(turns: Sequence[Turn], members: Sequence[Member]) -> tuple[dict[str, list[Member]], list[Member]]:
    """Articles that were not known when their story was told, by the first development of that story; and the rest."""
    told = {report.article_id for turn in turns for report in turn.reports}
    first: dict[str, str] = {}
    for turn in turns:
        first.setdefault(turn.story_id, turn.development_id)
    later: dict[str, list[Member]] = {}
    background = []
    for member in members:
        if member.article_id in told:
            continue
        if member.story_id in first:
            later.setdefault(first[member.story_id], []).append(member)
        else:
            background.append(member)
    return later, background


def _plots(
    desk: Desk, turns: Sequence[Turn], members: Sequence[Member], mentions: Sequence[Mention]
) -> list[tuple[str, Plot]]:
    zone = desk.manner.zone
    own = [day_in(member.member_at, zone) for member in members if member.role != "copy"]
    copies = [day_in(member.member_at, zone) for member in members if member.role == "copy"]
    marks = [day_in(turn.happened_at, zone) for turn in turns if turn.kind != "update"]
    plots = []
    if len(own) + len(copies) > 2:
        plots.append(("Reports over time", draw_activity("activity", own, copies, marks)))
    if len(mentions) > 2:
        plots.append(("Who is named", draw_mentions("names", mentions)))
    return plots


def _outlet_rows(members: Sequence[Member]) -> list[OutletRow]:
    rows: dict[str, OutletRow] = {}
    leaders: dict[str, str] = {}
    for member in members:
        name = clean_line(member.outlet, 60) or member.site
        language = language_name(member.language) if member.language else ""
        row = rows.setdefault(name, OutletRow(outlet=name, language=language, first_at=member.member_at))
        if member.role == "copy":
            row.copies += 1
        else:
            row.own += 1
        if leaders.setdefault(member.story_id, name) == name and member.role != "copy":
            row.led += 1
            leaders[member.story_id] = ""
    return sorted(rows.values(), key=lambda row: (-row.own, -row.copies, row.outlet))


def _facts(line: StorylineLine, manner: Manner) -> tuple[tuple[str, str], ...]:
    languages = ", ".join(language_name(code) for code in line.languages) or "unknown"
    first, last = day_in(line.first_at, manner.zone), day_in(line.last_at, manner.zone)
    return (
        ("First report", show_date(first)),
        ("Last report", show_date(last)),
        ("Turns", f"{line.turns:,}"),
        ("Own reports", f"{line.reports:,}"),
        ("Copies", f"{line.copies:,}"),
        ("Outlets", f"{line.outlets:,}"),
        ("Languages", languages),
    )


def _block_views(desk: Desk, blocks: Sequence[Block], turns: Sequence[Turn], current: Block) -> list[dict[str, Any]]:
    """Links to its other pages: from the newest to all, from a closed one to its neighbours: so it seldom changes."""
    at = blocks.index(current)
    wanted = blocks[-2::-1] if current is blocks[-1] else [*blocks[at + 1 : at + 2], *blocks[max(0, at - 1) : at]]
    zone = desk.manner.zone
    return [
        {
            "path": block.path,
            "span": "The newest turns"
            if block is blocks[-1]
            else f"{show_date(day_in(turns[block.first - 1].told_at, zone))} to "
            f"{show_date(day_in(turns[block.last - 1].told_at, zone))}",
        }
        for block in wanted
    ]


def _topics(line: StorylineLine, manner: Manner) -> tuple[tuple[str, str], ...]:
    return tuple(
        (show_topic(topic, manner.topics), topic_path(topic)) for topic in line.topics if topic in manner.topics
    )


def _notes_of(manner: Manner, storyline_id: str) -> str:
    # Notes at its articles count too; which those are is not known before they are gathered.
    found = [
        (key, [(n.kind, n.text) for n in notes])
        for key, notes in sorted(manner.notes.items())
        if key[0] == "article" or key == ("storyline", storyline_id)
    ]
    return repr(found)
