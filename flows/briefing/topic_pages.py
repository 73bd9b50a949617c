"""A page for every topic: its volume against its own history, what its bursts were, who reports first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from flows.alerts.safe_text import clean_line
from flows.briefing.addresses import TOPICS, storyline_path, topic_path
from flows.briefing.desk import Desk
from flows.briefing.plots import Plot, draw_leads, draw_spark, draw_volume
from flows.briefing.storyline_pages import show_line
from flows.briefing.words import count_of, show_date
from warehouse.briefing import (
    Burst,
    Lead,
    Volume,
    find_burst_names,
    find_bursts,
    find_leads,
    find_topic_turns,
    find_turns,
    find_volumes,
)

SHOWN_DAYS = 182
KNOWN_DAYS = SHOWN_DAYS + 56
LEAD_DAYS = 182
DEVELOPMENTS, STORYLINES, NAMES = 10, 12, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class BurstView:
    """A burst in words; its storylines as (path or none, title, articles)."""

    number: int
    span: str
    said: str
    storylines: tuple[tuple[str | None, str, int], ...]


def put_topics(desk: Desk) -> None:
    """Writes every topic's page and the list of topics; those that nothing is known of say so."""
    today = desk.today
    if today is None:
        desk.put(TOPICS, "topics", rows=[])
        for topic_id, title in desk.manner.topics.items():
            desk.put(
                topic_path(topic_id),
                "topic",
                feeds=desk.feeds(f"topic-{topic_id}"),
                title=clean_line(title, 120),
                plots=[],
                bursts=[],
                cards=[],
                lines=[],
                names=[],
                recent=0,
                known=0,
            )
        return
    first = today - timedelta(days=KNOWN_DAYS - 1)
    volumes = find_volumes(desk.con, zone=desk.zone, since=datetime.combine(first - timedelta(days=1), time(), UTC))
    earliest = min((one.day for found in volumes.values() for one in found if one.day >= first), default=today)
    first = max(first, min(earliest, today - timedelta(days=27)))
    length = (today - first).days + 1
    counts = {topic: _fill(volumes.get(topic, []), first.toordinal(), length) for topic in desk.manner.topics}
    bursts = {topic: find_bursts(own) for topic, (own, _) in counts.items()}
    start = max(0, length - SHOWN_DAYS)
    shown = {topic: [burst for burst in found if burst.last >= start] for topic, found in bursts.items()}
    names = find_burst_names(
        desk.con,
        [
            (topic, number, first + timedelta(days=burst.first), first + timedelta(days=burst.last))
            for topic, found in shown.items()
            for number, burst in enumerate(found, 1)
        ],
        zone=desk.zone,
    )
    leads = find_leads(desk.con, since=datetime.combine(today - timedelta(days=LEAD_DAYS), time(), UTC))
    told = find_topic_turns(desk.con, most=DEVELOPMENTS)
    turns = find_turns(desk.con, [one for found in told.values() for one in found])
    paths = {line.storyline_id: storyline_path(line.storyline_id) for line in desk.lines}
    rows = []
    for topic_id, title in desk.manner.topics.items():
        own, copies = counts[topic_id]
        lines = [line for line in desk.lines if topic_id in line.topics]
        views = []
        for number, burst in enumerate(shown[topic_id], 1):
            found = names.get((topic_id, number), [])
            views.append(
                BurstView(
                    number=number,
                    span=_span(first, burst),
                    said=f"{count_of(burst.articles, 'article')}, {burst.usual:.0f} usual",
                    storylines=tuple(
                        (paths.get(one.storyline_id), clean_line(one.title, 120), one.articles) for one in found
                    ),
                )
            )
        plots: list[tuple[str, str, Plot]] = []
        if sum(own):
            plots.append(
                (
                    "volume",
                    "Volume against its own history",
                    draw_volume("volume", first, own, copies, shown[topic_id], min(SHOWN_DAYS, length)),
                )
            )
        plots += _lead_plots(leads.get(topic_id, []))
        month = [line for line in lines if (today - line.told_at.astimezone(desk.manner.zone).date()).days < 30]
        named = Counter(name for line in month for name in line.entities[:8])
        desk.put(
            topic_path(topic_id),
            "topic",
            feeds=desk.feeds(f"topic-{topic_id}"),
            title=clean_line(title, 120),
            plots=plots,
            bursts=views[::-1],
            cards=[desk.card(turns[one]) for one in told.get(topic_id, ()) if one in turns],
            lines=[show_line(line, desk.manner) for line in lines[:STORYLINES]],
            known=len(lines),
            names=[(clean_line(name, 50), count) for name, count in named.most_common(NAMES)],
            recent=len(month),
        )
        rows.append(
            {
                "title": clean_line(title, 120),
                "path": topic_path(topic_id),
                "week": sum(own[-7:]),
                "usual": sum(own[-63:-7]) / 8 if length >= 21 else None,
                "spark": draw_spark(own[-35:]),
                "burst": shown[topic_id][-1:] and shown[topic_id][-1].last >= length - 2,
                "storylines": len(month),
            }
        )
    desk.put(TOPICS, "topics", rows=rows)


def _fill(volumes: list[Volume], first: int, length: int) -> tuple[list[int], list[int]]:
    own, copies = [0] * length, [0] * length
    for one in volumes:
        at = one.day.toordinal() - first
        if 0 <= at < length:
            own[at], copies[at] = one.articles, one.copies
    return own, copies


def _span(first: date, burst: Burst) -> str:
    begin, end = first + timedelta(days=burst.first), first + timedelta(days=burst.last)
    return show_date(begin) if begin == end else f"{show_date(begin)} to {show_date(end)}"


def _lead_plots(leads: list[Lead]) -> list[tuple[str, str, Plot]]:
    plots = []
    for kind, title in (("language", "Which language reports first"), ("outlet", "Which outlet reports first")):
        found = [one for one in leads if one.kind == kind and one.stories > 1]
        if len(found) > 1:
            plots.append((f"lead-{kind}", title, draw_leads(f"lead-{kind}", found, title=title)))
    return plots
