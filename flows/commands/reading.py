"""What commands that only read have in common: which file they ask, and what they say when there is none."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from flows.commands.answers import safe
from flows.commands.options import err, open_house
from flows.exits import Exit
from flows.night import snapshot_file
from warehouse.connection import Connection, WarehouseError, open_snapshot

StateOption = Annotated[
    Path | None,
    typer.Option("--state", help="State folder (or snapshot file) to read; default: the one that settings.yaml names."),
]


def state_folder(state: Path | None, config: Path | None) -> Path:
    """The state folder: the one given, else the one of the configuration."""
    return state if state is not None else open_house(config).settings.state_dir


@contextlib.contextmanager
def reading(state: Path | None, config: Path | None) -> Iterator[Connection]:
    """The published snapshot, open for reading. Ends the command with a clear line if there is none."""
    folder = state_folder(state, config)
    try:
        con = open_snapshot(folder if folder.is_file() else snapshot_file(folder))
    except WarehouseError as error:
        stop(error)
    with con:
        try:
            yield con
        except WarehouseError as error:
            stop(error)


def stop(error: WarehouseError) -> NoReturn:
    """Ends the command with what was wrong: code 2 for a question that DuckDB does not understand, else 1."""
    err.print(safe(error.problem.detail), markup=False, style="red")
    raise typer.Exit(int(Exit.CONFIG if error.problem.code == "sql" else Exit.FAILED)) from None
