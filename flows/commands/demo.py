"""`sovwatch demo`: four nights of an invented newsroom through the real pipeline, on this machine alone."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from flows.commands import app
from flows.commands.options import fail, out
from flows.demo.server import PREFERRED_PORT
from flows.demo.stage import NotOurFolder, claim_folder
from flows.engine import EngineError, running_engine
from flows.exits import Exit
from flows.report import NightReport

DEFAULT_FOLDER = Path("demo-state")

RunNight = Callable[[Path, datetime], NightReport]


@app.command()
def demo(
    state: Annotated[
        Path, typer.Option("--state", help="Folder of the demo; an earlier demo in it is cleared.")
    ] = DEFAULT_FOLDER,
    plain: Annotated[bool, typer.Option("--plain", help="Without Prefect: no server, no task runs.")] = False,
    port: Annotated[int, typer.Option("--port", help="The newsroom's port, if it is free.")] = PREFERRED_PORT,
) -> None:
    """Show the pipeline at work: an invented newsroom, four nights, the mails, and questions in SQL.

    Needs no network: outlets and mail server run on loopback addresses. Exit codes: 0 done; 1 failed; 2 the folder
    holds something else.
    """
    from flows.demo.play import play_demo

    try:
        folder = claim_folder(state)
        with _performer(folder, plain=plain) as run:
            play_demo(folder, out, run, port=port)
    except NotOurFolder as error:
        fail(str(error), Exit.CONFIG)
    except EngineError as error:
        fail(f"{error}. Or play it without Prefect: sovwatch demo --plain", Exit.FAILED)


@contextlib.contextmanager
def _performer(folder: Path, *, plain: bool) -> Iterator[RunNight]:
    """What runs a night: plainly, or as a Prefect flow on a server that starts while the newsroom is set up."""
    if plain:
        yield _run_plainly
        return
    with running_engine(folder / "state") as engine:

        def run(config: Path, as_of: datetime) -> NightReport:
            from flows.prefect_night import perform_night

            engine.wait()
            return perform_night(config, as_of=as_of, kind="demo")

        yield run


def _run_plainly(config: Path, as_of: datetime) -> NightReport:
    from config.load import load_house
    from flows.monitor import run_night

    return run_night(load_house(config), as_of=as_of, kind="demo")
