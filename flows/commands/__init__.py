"""The command line: `sovwatch`. Each file in this folder gives one command or group and registers it on `app`."""

from __future__ import annotations

import os
from importlib import import_module
from pkgutil import iter_modules
from typing import Annotated

import typer

app = typer.Typer(
    name="sovwatch",
    help="Nightly watch on technology sovereignty: tells new developments from repeated ones.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def every_command(
    log_format: Annotated[
        str | None,
        typer.Option("--log-format", envvar="SOVWATCH_LOG_FORMAT", help="json: one object a line on standard error."),
    ] = None,
) -> None:
    """Nightly watch on technology sovereignty: tells new developments from repeated ones."""
    if log_format not in (None, "", "json", "text"):
        raise typer.BadParameter("json or text", param_hint="--log-format")
    os.environ["SOVWATCH_LOG_FORMAT"] = log_format or "text"  # for the processes that a command starts, too
    from flows.operation.logs import set_up_logs

    set_up_logs()


def load_commands() -> typer.Typer:
    """`app` with every command of this folder registered."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return app


def main() -> None:
    """Entry point of the console script."""
    load_commands()()
