"""`sovwatch status`: the last run, what is held, which sources are well, what waits, how much room is left."""

from __future__ import annotations

import dataclasses
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from rich.text import Text

from flows.commands import app
from flows.commands.answers import json_text, safe
from flows.commands.options import ConfigOption, JsonOption, out
from flows.commands.reading import StateOption, state_folder, stop
from flows.exits import Exit
from flows.night import snapshot_file, warehouse_file
from warehouse.connection import WarehouseError, open_snapshot
from warehouse.lock import Holder, LockHeld, hold_lock
from warehouse.report import Status, find_status


@app.command()
def status(as_json: JsonOption = False, state: StateOption = None, config: ConfigOption = None) -> None:
    """Show the last run, what is held, which sources are well, what waits, and how much room is left.

    While a run holds the warehouse, its last snapshot answers. Exit codes: 0; 1 nothing was collected yet.
    """
    folder = state_folder(state, config)
    try:
        found, holder = _look(folder, now=datetime.now(UTC))
    except WarehouseError as error:
        stop(error)
    files = {
        path.name: path.stat().st_size for path in (warehouse_file(folder), snapshot_file(folder)) if path.is_file()
    }
    free = shutil.disk_usage(folder).free
    if as_json:
        running = dataclasses.asdict(holder) if holder else None
        facts: dict[str, Any] = {**dataclasses.asdict(found), "running": running, "files": files, "free_bytes": free}
        typer.echo(json_text(facts))
        return
    if holder:
        out.print(Text(f"Running now: {holder}. What follows is as of the last snapshot.", style="yellow"))
    _show_run(found)
    out.print(Text("Sources: " + (", ".join(f"{len(ids)} {name}" for name, ids in found.sources.items()) or "none")))
    for name, ids in found.sources.items():
        if name not in ("well", "off"):
            out.print(Text(f"  {name}: {_names(ids)}", style="yellow"))
    out.print(Text("Held: " + ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in found.totals.items())))
    out.print(Text("Mails: " + (", ".join(f"{count} {name}" for name, count in found.mails.items()) or "none")))
    sizes = ", ".join(f"{name} {size / 1e6:.1f} MB" for name, size in files.items())
    out.print(Text(f"Disk: {sizes}; {free / 1e9:.1f} GB free in {folder}"))


def _look(folder: Path, *, now: datetime) -> tuple[Status, Holder | None]:
    # A run that could not publish (no network) stands in the writer's file only; that one may be asked between runs.
    if not warehouse_file(folder).is_file():
        with open_snapshot(snapshot_file(folder)) as con:
            return find_status(con), None
    try:
        with hold_lock(folder, purpose="status", since=now), open_snapshot(warehouse_file(folder), private=True) as con:
            return find_status(con), None
    except LockHeld as held:
        with open_snapshot(snapshot_file(folder)) as con:
            return find_status(con), held.holder


def _show_run(found: Status) -> None:
    run, sums = found.run, found.sums
    if run is None or sums is None:
        out.print("No run yet.")
        return
    exit_code = "" if run.exit_code is None else f", exit code {run.exit_code} ({Exit(run.exit_code).name.lower()})"
    ended = "" if run.finished_at is None else f", ended {run.finished_at:%Y-%m-%d %H:%M} UTC"
    style = "green" if run.state == "done" and not run.exit_code else "yellow"
    night = f"{run.kind} of {run.as_of:%Y-%m-%d %H:%M} UTC"
    out.print(Text(f"Last run: {run.run_id}, {night}: {run.state}{exit_code}{ended}", style=style))
    outcomes = ", ".join(f"{count} {name}" for name, count in sums.by_outcome.items())
    adds_up = "" if sums.balanced or run.state == "interrupted" else "; they do not add up"
    out.print(Text(f"  {sums.seen} entries in feeds, {sums.known} known, {sums.carried_over} carried over: "
                   f"{outcomes or 'nothing new'}{adds_up}"))  # fmt: skip
    for group in found.problems[:8]:
        out.print(Text(f"  {group.times} x {group.stage}/{group.code}: {safe(group.example)}", style="yellow"))


def _names(ids: tuple[str, ...], most: int = 12) -> str:
    more = f" and {len(ids) - most} more" if len(ids) > most else ""
    return ", ".join(safe(name) for name in ids[:most]) + more
