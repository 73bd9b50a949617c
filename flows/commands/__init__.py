"""The command line: `sovwatch`. Each file in this folder gives one command or group and registers it on `app`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import Annotated

import typer
from typer.models import CommandInfo, TyperInfo

# The help: its panels, and what stands in each in this order. The texts are the commands' own, here so that the help
# comes without loading them; a test compares.
PANELS = {
    "Try it": {
        "demo": "Show the pipeline at work: an invented newsroom, four nights, the mails, and questions in SQL.",
    },
    "Every night": {
        "run": "Run one night now: read feeds, judge, tell, mail, publish.",
        "serve": (
            "Run every night on the cron line of the settings, until stopped. The Prefect UI's address is printed."
        ),
        "doctor": "Check configuration, disk, lock, warehouse, snapshot, mail and network, and say what to do.",
        "status": "Show the last run, what is held, which sources are well, what waits, and how much room is left.",
        "sources": "The feeds that are watched: list, export, import.",
        "alerts": "Alert mail: preview it, list it, send it again, mute or boost a storyline.",
        "watchdog": "Report a night that did not run: exit with 1, and mail the operator once for each silence.",
        "metrics": "Print metrics in the Prometheus text format: the last run, what is held, sources, mails, disk.",
    },
    "Read and ask": {
        "search": "Find distinct articles by the words in title and text, best first.",
        "similar": (
            "Find articles like this one: its copies, other reports of its story, then what is about the same things."
        ),
        "trace": "Show where an article was seen, fetched, read, judged (as what, and why), told and mailed.",
        "sql": "Ask the published snapshot a question in SQL. docs/sql.md explains the views and has a dozen examples.",
        "briefing": (
            "Write the briefing of the last snapshot: a page for every day, storyline and topic, the sources, a "
            "search."
        ),
        "dossier": (
            "Write a storyline's dossier: what was new at each turn, who reported, dates ahead, who is named, notes."
        ),
        "export": "Write an answer of the published snapshot to a file, or to standard output.",
        "feeds": "Feeds and the calendar that others can follow.",
        "note": "Note something about an article or a storyline; list or take back what was noted.",
    },
    "Set up": {
        "config": "The configuration: copy the shipped one, check, find it.",
        "topics": "The topics that are watched: list, try on a text.",
        "corpus": "Reference articles that everything new is compared with.",
    },
    "Look into a decision": {
        "dedupe": "Copies: which article repeats which.",
        "replay": "Tell past nights again with the present rules: what would have been alerted, against what was.",
        "report": "How good the alerts were.",
    },
    "Look after the collection": {
        "backfill": (
            "Read the past out of WARC files (CC-NEWS, other crawlers), news sitemaps or our own archive; nobody is "
            "mailed."
        ),
        "re-extract": (
            "Read the archived pages again and say what changes; with --apply, keep it as new versions beside the old"
            " ones."
        ),
        "rebuild": (
            "Make the warehouse anew from the archive alone: every run gone through again, without network and mail."
        ),
        "compact": (
            "Forget what retention in settings.yaml lets go, and write the warehouse's file anew where much of it is "
            "unused."
        ),
        "backup": (
            "Put warehouse, archive and configuration into a backup folder; files of the archive are copied once."
        ),
        "restore": (
            "Bring a house back from a backup, into a state folder without a warehouse (or an empty lake); "
            "all is checked."
        ),
        "warehouse": "Where the collection lies: a file, or a lake.",
    },
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


def list_commands() -> typer.Typer:
    """A command line of the same commands that do nothing: enough for the help, and for "no such command"."""
    listed = typer.Typer(
        name=app.info.name, help=app.info.help, no_args_is_help=True, pretty_exceptions_enable=False,
        context_settings=app.info.context_settings,
    )  # fmt: skip
    listed.callback()(every_command)
    for panel, texts in PANELS.items():
        for name, text in texts.items():
            listed.command(name, help=text, rich_help_panel=panel)(lambda: None)
    return listed


def choose_command(words: Sequence[str]) -> str | None:
    """The command that the words name; None where they ask for the help before it, or name none that is known."""
    rest = iter(words)
    for word in rest:
        if word in ("-h", "--help"):
            return None
        if word == "--log-format":
            next(rest, None)
        elif not word.startswith("-"):
            return word if any(word in texts for texts in PANELS.values()) else None
    return None


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
    wanted = choose_command(sys.argv[1:])
    if wanted is None and "_SOVWATCH_COMPLETE" not in os.environ:  # the shell asks for the options of any command
        list_commands()()
    commands = load_commands(wanted)
    from warehouse.lock import StateUnwritable

    try:
        commands()
    except StateUnwritable as error:  # any command that takes the lock may meet it
        sys.exit(str(error))
