"""`sovwatch config`: a configuration folder of one's own, and whether it is right."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from config.edit import copy_shipped
from config.load import ENVIRONMENT
from flows.commands import app
from flows.commands.options import ConfigOption, config_folder, fail, open_house, out
from flows.exits import Exit

config_group = typer.Typer(name="config", help="The configuration: copy the shipped one, check, find it.",
                           no_args_is_help=True)  # fmt: skip
app.add_typer(config_group)


@config_group.command()
def init(folder: Annotated[Path, typer.Argument(help="Where to put the files.", show_default=False)]) -> None:
    """Copy the shipped configuration to a folder of your own; existing files are left alone.

    Exit codes: 0; 1 the folder cannot be written.
    """
    try:
        made = copy_shipped(folder)
    except OSError as error:
        fail(f"{folder} cannot be written: {error.strerror}", Exit.FAILED)
    for path in made:
        out.print(Text(f"+ {path}"))
    if not made:
        out.print(Text(f"{folder} holds all of its files already; none was touched."))
    out.print(Text(f"Use it with --config {folder}, or set {ENVIRONMENT}={folder}.", style="dim"))


@config_group.command()
def check(config: ConfigOption = None) -> None:
    """Check the configuration and say where it lies. Exit codes: 0 right; 2 wrong, with one line for each fault."""
    house = open_house(config)
    on = len(house.enabled_sources)
    found = f"{on} sources on, {len(house.topics)} topics, {len(house.recipients)} recipients"
    out.print(Text(f"{config_folder(config)}: right; {found}."))
