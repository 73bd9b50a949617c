"""The command line: `sovwatch`. Each file in this folder gives one command or group and registers it on `app`."""

from __future__ import annotations

import typer

app = typer.Typer(
    name="sovwatch",
    help="Nightly watch on technology sovereignty: tells new developments from repeated ones.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Entry point of the console script."""
    app()
