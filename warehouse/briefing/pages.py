"""Reads what the pages show, set-wise: one question for any number of days, storylines or topics."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from warehouse.batches import run_batch
from warehouse.briefing.model import (
    BurstName,
    DayLine,
    Lead,
    Member,
    Mention,
    NightLine,
    Note,
    Report,
    SourceChangeLine,
    SourceHealth,
    StorylineLine,
    Totals,
    Turn,
    Volume,
)
from warehouse.connection import Connection
from warehouse.sql import load_sql
from warehouse.stories.model import NewSentence


def find_days(con: Connection, *, zone: str, block: int, least: int) -> list[DayLine]:
    """Every day on which something was told, the newest first; `zone` is the time zone whose days they are.

    `block` and `least` are how storylines are divided into pages: links lead to other ones when a page is closed.
    """
    rows = con.execute(load_sql("briefing_days"), {"zone": zone, "block": block, "least": least}).fetchall()
    return [DayLine(day=day, told=told, updates=updates, stamp=stamp) for day, told, updates, stamp in rows]


def find_day_turns(con: Connection, days: Iterable[date], *, zone: str) -> dict[date, list[str]]:
    """Ids of each day's developments, the weightiest first, updates last."""
    found: dict[date, list[str]] = {}
    for day, development_id in run_batch(con, "briefing_day_turns", [{"day": day} for day in days], {"zone": zone}):
        found.setdefault(day, []).append(development_id)
    return found


def find_turns(con: Connection, development_ids: Iterable[str]) -> dict[str, Turn]:
    """The developments by id, with their sentences and reports; ids that are not known are not in it."""
    batch = [{"development_id": one} for one in sorted(set(development_ids))]
    names = (
        "development_id",
        "kind",
        "headline",
        "happened_at",
        "told_at",
        "weight",
        "reasons",
        "topics",
        "entities",
        "languages",
        "story_id",
        "storyline_id",
        "storyline_title",
        "updates_id",
        "number",
        "turns",
        "previous_headline",
        "previous_at",
    )
    turns = {row[0]: Turn(**_frozen(names, row)) for row in run_batch(con, "briefing_turns", batch)}
    sentences: dict[str, list[NewSentence]] = defaultdict(list)
    for key, text, article_id, starts, ends in run_batch(con, "briefing_sentences", batch):
        parts = tuple(zip(starts, ends, strict=False))
        sentences[key].append(NewSentence(text=text, article_id=article_id, new_parts=parts))
    reports: dict[str, list[Report]] = defaultdict(list)
    for key, article_id, outlet, site, url, title, language, published_at, relation in run_batch(
        con, "briefing_reports", batch
    ):
        reports[key].append(
            Report(
                article_id=article_id,
                outlet=outlet,
                site=site,
                url=url,
                title=title,
                language=language,
                published_at=published_at,
                relation=relation,
            )
        )
    return {
        key: replace(turn, sentences=tuple(sentences.get(key, ())), reports=tuple(reports.get(key, ())))
        for key, turn in turns.items()
    }


def find_storylines(con: Connection) -> list[StorylineLine]:
    """Every storyline of which something was told, the one told last first."""
    names = (
        "storyline_id",
        "title",
        "state",
        "first_at",
        "last_at",
        "entities",
        "developments",
        "turns",
        "told_at",
        "topics",
        "reports",
        "copies",
        "outlets",
        "languages",
        "stamp",
    )
    rows = con.execute(load_sql("briefing_storylines")).fetchall()
    return [StorylineLine(**_frozen(names, row)) for row in rows]


def find_storyline_turns(con: Connection, storyline_ids: Iterable[str]) -> dict[str, list[str]]:
    """Ids of each storyline's developments, the earliest told first."""
    return _grouped(run_batch(con, "briefing_storyline_turns", _lines(storyline_ids)), lambda row: row[0])


def find_members(con: Connection, storyline_ids: Iterable[str]) -> dict[str, list[Member]]:
    """Each storyline's articles, the earliest first."""
    names = (
        "story_id",
        "article_id",
        "role",
        "member_at",
        "outlet",
        "site",
        "url",
        "title",
        "language",
        "published_at",
    )
    rows = run_batch(con, "briefing_members", _lines(storyline_ids))
    return _grouped(rows, lambda row: Member(**dict(zip(names, row, strict=True))))


def find_mentions(
    con: Connection, storyline_ids: Iterable[str], *, zone: str, most: int = 8
) -> dict[str, list[Mention]]:
    """For each storyline the days of the `most` names in it, the weightiest name first, its days in order."""
    rows = run_batch(con, "briefing_mentions", _lines(storyline_ids), {"zone": zone, "most": most})
    return _grouped(rows, lambda row: Mention(entity=row[1], day=row[2], articles=row[3]))


def find_volumes(con: Connection, *, zone: str, since: datetime) -> dict[str, list[Volume]]:
    """Each topic's articles by day since then, days in order; days without any are left out."""
    rows = con.execute(load_sql("briefing_volume"), {"zone": zone, "since": since}).fetchall()
    return _grouped(rows, lambda row: Volume(day=row[0], articles=row[1], copies=row[2]))


def find_burst_names(
    con: Connection, bursts: Sequence[tuple[str, int, date, date]], *, zone: str
) -> dict[tuple[str, int], list[BurstName]]:
    """What bursts (topic, number, first and last day) were about: up to three storylines, the largest first."""
    batch = [
        {"topic_id": topic_id, "number": number, "first_day": first, "last_day": last}
        for topic_id, number, first, last in bursts
    ]
    found: dict[tuple[str, int], list[BurstName]] = defaultdict(list)
    for topic_id, number, storyline_id, title, articles in run_batch(
        con, "briefing_burst_names", batch, {"zone": zone}
    ):
        found[topic_id, number].append(BurstName(storyline_id=storyline_id, title=title, articles=articles))
    return dict(found)


def find_leads(con: Connection, *, since: datetime, most: int = 12) -> dict[str, list[Lead]]:
    """For each topic the languages and outlets (the `most` frequent of each), those that report first in front."""
    names = ("kind", "name", "stories", "led", "low", "median", "high")
    rows = con.execute(load_sql("briefing_leads"), {"since": since, "most": most}).fetchall()
    return _grouped(rows, lambda row: Lead(**dict(zip(names, row, strict=True))))


def find_topic_turns(con: Connection, *, most: int = 12) -> dict[str, list[str]]:
    """Ids of the developments that were told last, for each topic."""
    rows = con.execute(load_sql("briefing_topic_turns"), {"most": most}).fetchall()
    return _grouped(rows, lambda row: row[0])


def find_nights(con: Connection, *, most: int = 60) -> list[NightLine]:
    """The nights that ran last, the newest first."""
    rows = con.execute(load_sql("briefing_nights"), {"most": most}).fetchall()
    return [
        NightLine(
            run_id=run_id,
            kind=kind,
            as_of=as_of,
            finished_at=finished_at,
            state=state,
            exit_code=exit_code,
            counts=json.loads(counts) if counts else {},
        )
        for run_id, kind, as_of, finished_at, state, exit_code, counts in rows
    ]


def find_sources(con: Connection) -> list[SourceHealth]:
    """Every source, by name."""
    names = (
        "source_id",
        "name",
        "country",
        "language",
        "kind",
        "homepage",
        "enabled",
        "reason",
        "state",
        "evidence",
        "since_at",
        "last_entry_at",
        "entries",
        "articles",
        "copies",
        "fetches",
        "failures",
        "volume",
    )
    found = []
    for row in con.execute(load_sql("briefing_sources")).fetchall():
        facts = dict(zip(names, row, strict=True))
        facts["volume"] = tuple((date.fromisoformat(day), int(count)) for day, count in json.loads(row[-1] or "[]"))
        found.append(SourceHealth(**facts))
    return found


def find_source_changes(con: Connection, *, since: datetime, most: int = 40) -> list[SourceChangeLine]:
    """What changed about sources since then, the latest first."""
    names = ("changed_at", "source_id", "name", "kind", "before", "after", "evidence")
    rows = con.execute(load_sql("briefing_source_changes"), {"since": since, "most": most}).fetchall()
    return [SourceChangeLine(**dict(zip(names, row, strict=True))) for row in rows]


def find_totals(con: Connection) -> Totals:
    """What is held."""
    row = con.execute(load_sql("briefing_totals")).fetchone() or (0, 0, 0, 0, 0)
    return Totals(articles=row[0], copies=row[1], storylines=row[2], developments=row[3], sources=row[4])


def find_notes(con: Connection) -> dict[tuple[str, str], list[Note]]:
    """What people wrote, by kind and id of what they wrote it at, the earliest first.

    Empty where the snapshot has no annotations (one of an older version).
    """
    if con.execute(load_sql("briefing_has_notes")).fetchone() == (0,):
        return {}
    found: dict[tuple[str, str], list[Note]] = defaultdict(list)
    for target_kind, target_id, at, kind, text in con.execute(load_sql("briefing_notes")).fetchall():
        note = Note(target_kind=target_kind, target_id=target_id, at=at, kind=kind, text=text or "")
        found[target_kind, target_id].append(note)
    return dict(found)


def _lines(storyline_ids: Iterable[str]) -> list[dict[str, Any]]:
    return [{"storyline_id": one} for one in sorted(set(storyline_ids))]


def _grouped(rows: Iterable[tuple[Any, ...]], read: Any) -> dict[str, list[Any]]:
    """Rows by their first column, each read from its other columns."""
    found: dict[str, list[Any]] = {}
    for key, *values in rows:
        found.setdefault(key, []).append(read(values))
    return found


def _frozen(names: Sequence[str], row: Sequence[Any]) -> Mapping[str, Any]:
    """The row by names, its lists as tuples."""
    values = (tuple(value) if isinstance(value, list) else value for value in row)
    return dict(zip(names, values, strict=True))
