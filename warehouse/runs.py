"""Runs: when each started, what it saw, how it ended, and whether its entries add up."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import duckdb

from warehouse.batches import add_rows
from warehouse.model import Run, RunState, RunSums, SourceRow
from warehouse.sql import load_sql


def start_run(
    con: duckdb.DuckDBPyConnection, *, run_id: str, kind: str, as_of: datetime, started_at: datetime, version: str
) -> None:
    """Opens the run and takes up what earlier ones left: entries pending and due, and those read but not judged.

    A run still marked `running` was killed (the lock is ours) and becomes `interrupted`.
    """
    con.execute(load_sql("runs_interrupt"))
    row = {"run_id": run_id, "kind": kind, "as_of": as_of, "started_at": started_at, "state": "running"}
    add_rows(con, "runs", [{**row, "version": version}])
    con.execute(load_sql("run_entries_carry_over"), {"run_id": run_id, "as_of": as_of})


def finish_run(
    con: duckdb.DuckDBPyConnection,
    *,
    run_id: str,
    finished_at: datetime,
    state: RunState,
    exit_code: int,
    counts: Mapping[str, object],
) -> None:
    """Closes the run with its state, exit code and the counts of its report."""
    params = {"run_id": run_id, "finished_at": finished_at, "state": state, "exit_code": exit_code}
    con.execute(load_sql("runs_finish"), {**params, "counts": json.dumps(counts, default=str)})


def find_last_run(con: duckdb.DuckDBPyConnection, *, kind: str | None = None) -> Run | None:
    """The run that started last (of that kind), or None."""
    row = con.execute(load_sql("runs_last"), {"kind": kind}).fetchone()
    return _run(row) if row else None


def find_last_good_night(con: duckdb.DuckDBPyConnection) -> Run | None:
    """The night that ended last among those that were done and published (exit code 0 or 5), or None."""
    row = con.execute(load_sql("runs_last_good")).fetchone()
    return _run(row) if row else None


def _run(row: tuple[Any, ...]) -> Run:
    run_id, kind, as_of, started_at, finished_at, state, exit_code, counts, version = row
    return Run(
        run_id=run_id,
        kind=kind,
        as_of=as_of,
        started_at=started_at,
        finished_at=finished_at,
        state=state,
        exit_code=exit_code,
        counts=json.loads(counts) if counts else {},
        version=version,
    )


def count_runs_at(con: duckdb.DuckDBPyConnection, *, as_of: datetime) -> int:
    """How many runs had this very clock: what numbers the next one."""
    row = con.execute(load_sql("runs_at"), {"as_of": as_of}).fetchone()
    return int(row[0]) if row else 0


def release_entries(con: duckdb.DuckDBPyConnection, *, run_id: str) -> None:
    """Gives back the entries that the run took up and could not do anything for; inside the caller's transaction."""
    con.execute(load_sql("run_entries_release"), {"run_id": run_id})


def store_sources(con: duckdb.DuckDBPyConnection, sources: Sequence[SourceRow]) -> None:
    """Makes the stored list of sources equal to the configured one. Order does not matter."""
    columns = ("source_id", "name", "feed_url", "homepage", "country", "language", "kind", "enabled", "reason")
    con.execute("TRUNCATE source_list")
    add_rows(con, "source_list", [{name: getattr(source, name) for name in columns} for source in sources])


def sum_outcomes(con: duckdb.DuckDBPyConnection, run_id: str) -> RunSums:
    """The run's entries added up, and whether every one that it took up ended as exactly one outcome."""
    row = con.execute(load_sql("run_sums"), {"run_id": run_id}).fetchone()
    assert row is not None
    seen, known, new, changed, carried_over, unaccounted = row
    by_outcome = dict(con.execute(load_sql("run_outcome_counts"), {"run_id": run_id}).fetchall())
    return RunSums(
        seen=seen,
        known=known,
        new=new,
        changed=changed,
        carried_over=carried_over,
        by_outcome=by_outcome,
        balanced=not unaccounted and seen == known + new + changed,
        unaccounted=tuple(unaccounted[:20]),
    )
