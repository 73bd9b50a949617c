"""`sovwatch metrics`, `sovwatch watchdog`: what a monitoring system asks."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from flows.commands import app
from flows.commands.options import ConfigOption, err, fail, open_house, out
from flows.commands.reading import stop
from flows.exits import Exit
from flows.night import snapshot_file, warehouse_file
from flows.operation.metrics import gather_metrics, render_metrics, write_whole
from flows.operation.watchdog import judge_silence, parse_age, send_warning, tell_once
from warehouse.connection import Connection, WarehouseError, open_snapshot
from warehouse.lock import find_holder
from warehouse.report import find_status
from warehouse.runs import find_last_good_night, find_last_run


@app.command()
def metrics(
    to_file: Annotated[
        Path | None, typer.Option("--out", help="File to write in one step, for node_exporter's textfile collector.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Print metrics in the Prometheus text format: the last run, what is held, sources, mails, disk.

    While a run is under way, its last snapshot answers. Exit codes: 0; 1 nothing was collected yet; 2 configuration.
    """
    house = open_house(config)
    state = house.settings.state_dir
    now = datetime.now(UTC)
    try:
        with _looking(state) as con:
            status, last_good = find_status(con), find_last_good_night(con)
    except WarehouseError as error:
        stop(error)
    paths = {"warehouse": warehouse_file(state), "snapshot": snapshot_file(state)}
    files = {name: path.stat().st_size for name, path in paths.items() if path.is_file()}
    archive = house.settings.archive_folder
    files["archive"] = sum(path.stat().st_size for path in archive.iterdir()) if archive.is_dir() else 0
    text = render_metrics(
        gather_metrics(status, last_good=last_good, files=files, free_bytes=shutil.disk_usage(state).free,
                       is_running=find_holder(state) is not None, now=now)
    )  # fmt: skip
    if to_file is None:
        typer.echo(text, nl=False)
        return
    try:
        write_whole(to_file, text)
    except OSError as error:
        fail(f"{to_file} cannot be written: {error.strerror}", Exit.FAILED)


@app.command()
def watchdog(
    max_age: Annotated[str, typer.Option("--max-age", help="How old the last good night may be: 26h, 2d.")] = "26h",
    config: ConfigOption = None,
) -> None:
    """Report a night that did not run: exit with 1, and mail the operator once for each silence.

    To be run by a timer of its own, hourly. Exit codes: 0 a night ended well lately; 1 none did (or the mail about it
    could not be sent); 2 configuration wrong.
    """
    house = open_house(config)
    now = datetime.now(UTC)
    try:
        age = parse_age(max_age)
    except ValueError as error:
        fail(str(error), Exit.CONFIG)
    try:
        with _looking(house.settings.state_dir) as con:
            overdue = judge_silence(find_last_good_night(con), find_last_run(con), now=now, max_age=age)
    except WarehouseError:  # no night yet, or a warehouse that cannot be opened: silence either way
        overdue = judge_silence(None, None, now=now, max_age=age)
    problem = tell_once(house, overdue, now=now, send=send_warning)
    if overdue is None:
        out.print("A night ended well lately.")
        return
    err.print(overdue.said, markup=False, style="bold red")
    if problem is not None:
        err.print(f"The operator was not mailed: {problem.detail}", markup=False, style="red")
    raise typer.Exit(int(Exit.FAILED))


def _looking(state: Path) -> Connection:
    """The writer's file where no run has it (it also knows of runs that could not publish), else the snapshot."""
    file = warehouse_file(state)
    if file.is_file() and find_holder(state) is None:
        try:
            return open_snapshot(file, private=True)
        except WarehouseError:  # a run began in this moment
            return open_snapshot(snapshot_file(state))
    return open_snapshot(snapshot_file(state))
