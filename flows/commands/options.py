"""What several commands share: where the configuration lies, how errors are shown, how a moment is written."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from config.faults import ConfigError
from config.house import House
from config.load import find_folder, load_house
from flows.exits import Exit

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="Configuration folder; default: $SOVWATCH_CONFIG, ./config, the shipped one."),
]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", help="The night's clock, ISO 8601 (2026-03-02T05:00Z); default: now.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]

# What goes into a file or a pipe must not be cut to the width of a terminal that is not there.
UNSEEN_WIDTH = 160


def line_width(*, is_terminal: bool) -> int | None:
    """Columns to write in; None asks the terminal (or $COLUMNS)."""
    return None if is_terminal or os.environ.get("COLUMNS") else UNSEEN_WIDTH


out = Console(highlight=False, soft_wrap=True, width=line_width(is_terminal=sys.stdout.isatty()))
err = Console(stderr=True, highlight=False, soft_wrap=True, width=line_width(is_terminal=sys.stderr.isatty()))


def config_folder(chosen: Path | None) -> Path:
    """The configuration folder that a command works with."""
    return find_folder(chosen, environ=os.environ, cwd=Path.cwd())


def open_house(chosen: Path | None) -> House:
    """The checked configuration; ends the command with every fault, one a line, if there is any."""
    from flows.placing import settle_warehouse
    from warehouse.connection import WarehouseError

    try:
        house = load_house(config_folder(chosen))
        settle_warehouse(house.settings)
        return house
    except WarehouseError as error:
        fail(error.problem.detail, Exit.CONFIG)
    except ConfigError as error:
        for fault in error.faults:
            err.print(str(fault), markup=False, style="red")
        number = len(error.faults)
        fail(f"{number} {'fault' if number == 1 else 'faults'} in the configuration; nothing was run.", Exit.CONFIG)


def parse_moment(text: str | None, option: str = "--as-of") -> datetime | None:
    """The moment in UTC; a time without zone counts as UTC. Ends the command if it cannot be read."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        fail(f"{option} {text!r} is no date and time; write it like 2026-03-02T05:00Z", Exit.CONFIG)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def fail(message: str, code: Exit) -> NoReturn:
    """Ends the command with one line on standard error."""
    err.print(message, markup=False, style="bold red")
    raise typer.Exit(int(code))
