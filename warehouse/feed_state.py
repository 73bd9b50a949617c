"""The states of the sources between two nights, and the log of what changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from extractors.feeds.changes import SourceChange, changes_between
from extractors.feeds.schedule import DEFAULT_RULES, FeedRules
from extractors.feeds.state import SourceState
from warehouse.batches import add_rows, run_batch
from warehouse.connection import Connection
from warehouse.sql import load_sql


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedChange:
    """A change with the source's name, for the operator."""

    name: str
    change: SourceChange


def find_source_states(con: Connection) -> dict[str, SourceState]:
    """Every known source's state by its id; sources never checked are not in it."""
    rows = con.execute(load_sql("feeds_find_states"))
    names = [column[0] for column in rows.description or ()]
    states = (_state(dict(zip(names, row, strict=True))) for row in rows.fetchall())
    return {state.source_id: state for state in states}


def store_source_states(
    con: Connection,
    states: Iterable[SourceState],
    *,
    before: Mapping[str, SourceState] | None = None,
    now: datetime | None = None,
    rules: FeedRules = DEFAULT_RULES,
) -> list[SourceChange]:
    """Puts the states in place of the stored ones and logs what changed; the changes, in order of the sources.

    Runs inside the caller's transaction. `before` saves a query where the caller has the stored states already;
    `now` is the clock of the log, by default each source's `checked_at`.
    """
    new = {state.source_id: state for state in states}
    if not new:
        return []
    old = find_source_states(con) if before is None else before
    changes: list[SourceChange] = []
    for source_id, state in sorted(new.items()):
        at = now or state.checked_at
        if at is not None:
            changes += changes_between(old.get(source_id), state, now=at, rules=rules)
    run_batch(con, "feeds_put_states", [_row(state) for state in new.values()])
    add_rows(con, "source_changes", [asdict(change) for change in changes])
    return changes


def find_source_changes(con: Connection, *, since: datetime) -> list[NamedChange]:
    """What changed after `since`, oldest first."""
    rows = con.execute(load_sql("feeds_changes_since"), {"since": since}).fetchall()
    return [
        NamedChange(
            name=name,
            change=SourceChange(
                source_id=source_id, changed_at=changed_at, kind=kind, before=before, after=after, evidence=evidence
            ),
        )
        for source_id, name, changed_at, kind, before, after, evidence in rows
    ]


def _row(state: SourceState) -> dict[str, Any]:
    return asdict(state) | {"volume": json.dumps([[day.isoformat(), n] for day, n in state.volume])}


def _state(row: dict[str, Any]) -> SourceState:
    volume = tuple((date.fromisoformat(day), int(n)) for day, n in json.loads(row["volume"]))
    return SourceState(**(row | {"volume": volume}))
