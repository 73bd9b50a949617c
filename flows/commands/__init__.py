"""The command line: `sovwatch`. Each file in this folder gives one command or group and registers it on `app`."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pkgutil import iter_modules
from typing import Annotated

import typer
from typer.models import CommandInfo, TyperInfo

# The help's panels, and what stands in each in this order.
PANELS = {
    "Try it": ("demo",),
    "Every night": ("run", "serve", "doctor", "status", "sources", "alerts", "watchdog", "metrics"),
    "Read and ask": ("search", "similar", "trace", "sql", "briefing", "dossier", "export", "feeds", "note"),
    "Set up": ("config", "topics", "corpus"),
    "Look into a decision": ("dedupe", "replay", "report"),
    "Look after the collection": ("backfill", "re-extract", "rebuild", "compact", "backup", "restore", "warehouse"),
}

# Where a command is, if not in the file of its name.
FILES = {"serve": ("run",), "watchdog": ("metrics",), "restore": ("backup",), "re-extract": ("reextract",),
         "sources": ("sources", "sources_now")}  # fmt: skip

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


def load_commands(wanted: str | None = None) -> typer.Typer:
    """`app` with every command of this folder registered, each in its panel of the help; or with the wanted one alone.

    That spares a command the imports of the others. A name that is no command's loads all, for the message.
    """
    known = {name for names in PANELS.values() for name in names}
    files = [module.name for module in iter_modules(__path__)]
    if wanted in known:
        files = list(FILES.get(str(wanted), (str(wanted),)))
    for file in files:
        import_module(f"{__name__}.{file}")
    for infos in (app.registered_commands, app.registered_groups):
        infos.sort(key=lambda info: _place(info)[1])
        for info in infos:
            info.rich_help_panel = _place(info)[0]
    return app


def _place(info: CommandInfo | TyperInfo) -> tuple[str, int]:
    """Panel and place among all commands. Raises ValueError for a command that PANELS does not name."""
    name = info.name
    if isinstance(info, CommandInfo) and not name and info.callback:
        name = info.callback.__name__.replace("_", "-")
    elif isinstance(info, TyperInfo) and not name and info.typer_instance:
        name = info.typer_instance.info.name
    order = [(panel, each) for panel, names in PANELS.items() for each in names]
    place = [each for _, each in order].index(str(name))
    return order[place][0], place


def main() -> None:
    """Entry point of the console script."""
    first = next((word for word in sys.argv[1:] if not word.startswith("-")), None)
    load_commands(first)()
