"""`sovwatch briefing`: write the site of pages anew, or say where it lies."""

from __future__ import annotations

import dataclasses
import json
from typing import Annotated

import typer
from rich.text import Text

from flows.commands import app
from flows.commands.options import ConfigOption, JsonOption, err, fail, open_house, out
from flows.commands.reading import stop
from flows.exits import Exit
from warehouse.connection import WarehouseError


@app.command()
def briefing(
    everything: Annotated[
        bool, typer.Option("--all", help="Write every page, not only those that have changed.")
    ] = False,
    open_path: Annotated[
        bool, typer.Option("--open-path", help="Print the path of the front page and nothing else.")
    ] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the briefing of the last snapshot: a page for every day, storyline and topic, the sources, a search.

    Every night does this by itself; the command is for changed settings or notes. Open the printed path in a browser.
    Exit codes: 0 written; 1 no snapshot yet, or the folder cannot be written; 2 configuration wrong.
    """
    from flows.steps.briefing import write_house_briefing

    house = open_house(config)
    try:
        briefed = write_house_briefing(house, anew=everything)
    except WarehouseError as error:
        stop(error)
    except OSError as error:
        fail(f"{error.filename or house.settings.briefing_folder} cannot be written ({error.strerror})", Exit.FAILED)
    if briefed.problem:
        err.print(briefed.problem.detail, markup=False, style="yellow")
    index = briefed.index.resolve()
    if open_path:
        typer.echo(index)
    elif as_json:
        typer.echo(json.dumps({**dataclasses.asdict(briefed), "index": str(index)}, default=str))
    else:
        took = sum(briefed.seconds.values())
        out.print(
            Text(f"{briefed.pages} pages: {briefed.written} written, {briefed.removed} removed, in {took:.1f} s.")
        )
        out.print(Text(str(index)))
