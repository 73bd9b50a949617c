"""`sovwatch run`: one night, now. `sovwatch serve`: every night, on the cron line of the settings."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from config.house import House
from extractors.web.archive import ArchiveUnwritable
from flows.commands import app
from flows.commands.options import (
    AsOfOption,
    ConfigOption,
    JsonOption,
    config_folder,
    err,
    fail,
    open_house,
    out,
    parse_moment,
)
from flows.engine import EngineError, running_engine
from flows.exits import Exit
from flows.operation.logs import log_event, wants_json
from flows.performing import LISTENER
from flows.report import NightReport
from flows.showing import show_night
from warehouse.connection import WarehouseError
from warehouse.lock import LockHeld, find_holder, make_state_folder

# Machines' clocks differ, and a night's clock may be that of its evening.
AHEAD = timedelta(days=1)


@app.command()
def run(
    config: ConfigOption = None,
    as_of: AsOfOption = None,
    plain: Annotated[bool, typer.Option("--plain", help="Without Prefect: no server, no artifacts.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Run one night now: read feeds, judge, tell, mail, publish.

    Exit codes: 0 done; 1 failed; 2 configuration wrong; 3 no network; 4 another run holds the warehouse; 5 done, but
    mail is still waiting.
    """
    begun = time.monotonic()
    house = open_house(config)
    moment = parse_moment(as_of)
    if moment and moment > datetime.now(UTC) + AHEAD:
        fail(f"--as-of {moment:%Y-%m-%dT%H:%MZ} lies ahead of this machine's clock. A past night can be run again; one "
             "that is to come would keep all sources from being asked until then.", Exit.CONFIG)  # fmt: skip
    folder = config_folder(config)
    try:
        with _at_work():
            report = _perform(house, folder, moment, plain=plain)
    except LockHeld as held:
        fail(str(held), Exit.LOCKED)
    except WarehouseError as error:
        fail(error.problem.detail, Exit.FAILED)
    except ArchiveUnwritable as error:
        fail(f"The archive cannot be written: {error}. Make room or mend its folder, then run again.", Exit.FAILED)
    except EngineError as error:
        fail(f"{error}. Or run without Prefect: sovwatch run --plain", Exit.FAILED)
    report.seconds["whole command"] = time.monotonic() - begun
    for problem in report.problems:
        log_event("problem", stage=problem.stage, code=problem.code, url=problem.url, detail=problem.detail)
    log_event("run ended", **report.counts())
    if as_json:
        out.print_json(json.dumps(report.counts()))
    else:
        show_night(report, out)
    raise typer.Exit(int(report.exit_code))


def _perform(house: House, folder: Path, moment: datetime | None, *, plain: bool) -> NightReport:
    make_state_folder(house.settings.state_dir)  # before Prefect puts its own files there
    if plain:
        from flows.monitor import run_night

        return run_night(house, as_of=moment)
    holder = find_holder(house.settings.state_dir)  # before seconds of starting a server, not after
    if holder:
        fail(f"Another run is under way: {holder}. Wait until it ends.", Exit.LOCKED)
    with running_engine(house.settings.state_dir) as engine:
        from flows.prefect_night import perform_night

        engine.wait()
        return perform_night(folder, as_of=moment)


@contextlib.contextmanager
def _at_work() -> Iterator[None]:
    """A moving line that names the step at work, on a terminal only; events, where logs for machines were asked for."""
    if wants_json():
        token = LISTENER.set(lambda name: log_event("step", step=name))
        try:
            yield
        finally:
            LISTENER.reset(token)
        return
    if not err.is_terminal:
        yield
        return
    with err.status("starting …") as line:
        token = LISTENER.set(lambda name: line.update(f"{name} …"))
        try:
            yield
        finally:
            LISTENER.reset(token)


@app.command()
def serve(config: ConfigOption = None) -> None:
    """Run every night on the cron line of the settings, until stopped. The Prefect UI's address is printed."""
    house = open_house(config)
    schedule = house.settings.schedule
    folder = config_folder(config).resolve()
    make_state_folder(house.settings.state_dir)
    with running_engine(house.settings.state_dir, scheduling=True) as engine:
        from flows.prefect_night import serve_nights

        engine.wait()
        out.print(f"Every night at [bold]{schedule.cron}[/bold] ({schedule.timezone}); Ctrl-C ends it.")
        out.print(f"Prefect UI: {engine.api_url.removesuffix('/api')}")
        serve_nights(folder, cron=schedule.cron, timezone=schedule.timezone)
