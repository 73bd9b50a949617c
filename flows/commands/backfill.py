"""`sovwatch backfill`: the past, out of WARC files."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn
from rich.text import Text

from flows.commands import app
from flows.commands.options import ConfigOption, JsonOption, err, fail, open_house, out, parse_moment
from flows.commands.reading import stop
from flows.exits import Exit
from warehouse.connection import WarehouseError
from warehouse.lock import LockHeld


@app.command()
def backfill(
    paths: Annotated[list[Path], typer.Argument(help="WARC files, or folders of them.", show_default=False)],
    since: Annotated[str | None, typer.Option("--from", help="Only records from this time on, ISO 8601.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Only records before this time.")] = None,
    workers: Annotated[int | None, typer.Option("--workers", min=1, help="Processes; default: the settings'.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read the past out of WARC files (CC-NEWS, other crawlers, our own archive); nobody is mailed about it.

    May be stopped and started again: what is known is passed over. Exit codes: 0 done; 1 failed; 2 a path or the
    configuration is wrong; 4 another run holds the warehouse.
    """
    missing = [path for path in paths if not path.exists()]
    if missing:
        fail(f"{missing[0]} does not exist; nothing was read.", Exit.CONFIG)
    house = open_house(config)
    from flows.backfill import backfill as perform
    from flows.showing import show_night

    begin, end = parse_moment(since, "--from"), parse_moment(until, "--to")
    try:
        with _bar() as advance:
            report = perform(house, [p.resolve() for p in paths], now=datetime.now(UTC), since=begin, until=end,
                             workers=workers, progress=advance)  # fmt: skip
    except LockHeld as held:
        fail(str(held), Exit.LOCKED)
    except WarehouseError as error:
        stop(error)
    if as_json:
        out.print_json(json.dumps(report.counts()))
    else:
        show_night(report, out, articles=False)


class PagesASecond(ProgressColumn):
    """How fast it goes."""

    def render(self, task: Task) -> Text:
        """Pages a second, once there is something to divide."""
        return Text(f"{task.speed:.0f}/s" if task.speed else "")


@contextlib.contextmanager
def _bar() -> Iterator[Callable[[int, Path], None]]:
    """A line that counts pages, on a terminal only."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:.0f} pages"), PagesASecond(),
               TimeElapsedColumn())  # fmt: skip
    with Progress(*columns, console=err, disable=not err.is_terminal, transient=True) as bar:
        line = bar.add_task("reading", total=None)
        yield lambda pages, file: bar.update(line, completed=pages, description=file.name)
