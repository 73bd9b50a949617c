"""The command line: `sovwatch`. Each file in this folder gives one command or group and registers it on `app`."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

import typer

app = typer.Typer(
    name="sovwatch",
    help="Nightly watch on technology sovereignty: tells new developments from repeated ones.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def load_commands() -> typer.Typer:
    """`app` with every command of this folder registered."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return app


def main() -> None:
    """Entry point of the console script."""
    load_commands()()
