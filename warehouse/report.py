"""How the warehouse stands: the last run, what is held, which sources are well, what waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from warehouse.connection import Connection
from warehouse.model import Run, RunSums
from warehouse.outbox import count_mails
from warehouse.runs import find_last_run, sum_outcomes
from warehouse.sql import load_sql

SILENT_AFTER = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemGroup:
    """Problems of one kind in a run: how many, and what the first said."""

    stage: str
    code: str
    times: int
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The state of affairs.

    `sources` maps a state (well, silent: nothing new for a week, off, never asked, or what ails it: empty, stale,
    blocked, gone, broken) to source ids; `totals` and `mails`
    map names to numbers; `run`, `sums` and `problems` are of the last run (None and empty before the first).
    """

    run: Run | None
    sums: RunSums | None
    problems: tuple[ProblemGroup, ...]
    totals: dict[str, int]
    sources: dict[str, tuple[str, ...]]
    mails: dict[str, int]


def find_status(con: Connection) -> Status:
    """The state of affairs as of the last run that this file knows of; silence is measured by that run's clock."""
    run = find_last_run(con)
    totals = con.execute(load_sql("status_totals"))
    names = [str(column[0]) for column in totals.description or []]
    values: tuple[Any, ...] = totals.fetchone() or ()
    silent_before = run.as_of - SILENT_AFTER if run else None
    sources = con.execute(load_sql("status_sources"), {"silent_before": silent_before}).fetchall()
    problems = con.execute(load_sql("status_problems"), {"run_id": run.run_id if run else None}).fetchall()
    return Status(
        run=run,
        sums=sum_outcomes(con, run.run_id) if run else None,
        problems=tuple(ProblemGroup(stage=s, code=c, times=t, example=e) for s, c, t, e in problems),
        totals=dict(zip(names, values, strict=True)),
        sources={state: tuple(ids) for state, _, ids in sources},
        mails=count_mails(con),
    )
