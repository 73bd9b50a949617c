"""Tells past nights again with other rules, in memory, beside what was told then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from warehouse.connection import attach_warehouse, open_memory, open_snapshot
from warehouse.sql import load_sql
from warehouse.stories.chronicle import Chronicle
from warehouse.stories.model import Development
from warehouse.stories.rules import StoryRules

# What a replay takes from the past: what was read and judged, not what was told.
_TAKEN = ("source_list", "article_versions", "verdicts", "topic_hits")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldThen:
    """What was told in the past: kind, headline, weight and founding article of the story."""

    kind: str
    headline: str
    weight: float
    article_ids: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedNight:
    """One night, told again: what would be told now, and what was told then. Updates are in both."""

    as_of: datetime
    now: tuple[Development, ...]
    then: tuple[ToldThen, ...]


def replay_nights(
    warehouse: Path, *, since: datetime, until: datetime, rules: StoryRules,
    watchlist: Mapping[str, tuple[str, ...]], warm_days: float = 60.0,
) -> Iterator[ReplayedNight]:  # fmt: skip
    """Every night between two times (both included), told again one after the other with the given rules.

    `warehouse` is a warehouse file, a snapshot or the description of a lake; it is opened for reading and stays as it
    is. What was known before
    `since` is told again too, from `warm_days` earlier on, but not reported. Raises WarehouseError where the file
    cannot be read.
    """
    begin = since - timedelta(days=warm_days)
    with open_snapshot(warehouse) as past:
        then = _told_then(past, since, until)
        nights = past.execute(load_sql("stories_replayed_nights"), {"since": begin, "until": until}).fetchall()
    con = open_memory()
    try:
        with attach_warehouse(con, warehouse, "past"):
            for table in _TAKEN:
                con.execute(f"INSERT INTO {table} BY NAME SELECT * FROM past.{table}")
        # What came before the warm-up stays out: as if it had been told.
        con.execute("DELETE FROM article_versions WHERE origin <> 'seed' AND first_seen_at < $begin", {"begin": begin})
        chronicle = Chronicle(con, until=until, rules=rules, watchlist=watchlist)
        for (clock,) in nights:
            as_of = clock.astimezone(UTC)
            telling = chronicle.tell(as_of)
            if chronicle.is_full:
                con.execute("BEGIN")
                chronicle.store(run_id="replay")
                con.execute("COMMIT")
            if as_of >= since:
                yield ReplayedNight(as_of=as_of, now=telling.developments, then=tuple(then.get(as_of, ())))
    finally:
        con.close()


def _told_then(con: duckdb.DuckDBPyConnection, since: datetime, until: datetime) -> dict[datetime, list[ToldThen]]:
    found: dict[datetime, list[ToldThen]] = {}
    rows = con.execute(load_sql("stories_told_then"), {"since": since, "until": until}).fetchall()
    for at, kind, headline, weight, articles in rows:
        told = ToldThen(kind=kind, headline=headline, weight=weight, article_ids=frozenset(a for a in articles if a))
        found.setdefault(at.astimezone(UTC), []).append(told)
    return found
