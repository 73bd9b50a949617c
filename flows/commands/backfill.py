"""`sovwatch backfill`: the past, out of WARC files, news sitemaps or our own archive."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, ProgressColumn, Task, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.text import Text

from flows.commands import app
from flows.commands.options import ConfigOption, JsonOption, err, fail, open_house, out, parse_moment
from flows.commands.reading import stop
from flows.exits import Exit
from warehouse.connection import WarehouseError
from warehouse.lock import LockHeld

if TYPE_CHECKING:
    from flows.backfill import OpenReaders, Progress


@app.command()
def backfill(
    sources: Annotated[
        list[str] | None,
        typer.Argument(help="WARC files, folders of them, or addresses of news sitemaps.", show_default=False),
    ] = None,
    since: Annotated[str | None, typer.Option("--from", help="Only records from this time on, ISO 8601.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Only records before this time.")] = None,
    workers: Annotated[int | None, typer.Option("--workers", min=1, help="Processes; default: the settings'.")] = None,
    archive: Annotated[bool, typer.Option("--archive", help="Read our own archive too.")] = False,
    dask: Annotated[
        str | None, typer.Option("--dask", help="Read on Dask: a scheduler's address, or `local` for one of our own.")
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read the past out of WARC files (CC-NEWS, other crawlers), news sitemaps or our own archive; nobody is mailed.

    May be stopped and started again at any record: what was dealt with is passed over. Exit codes: 0 done; 1 failed;
    2 a path or the configuration is wrong; 4 another run holds the warehouse.
    """
    given = sources or []
    sitemaps = [source for source in given if source.startswith(("http://", "https://"))]
    paths = [Path(source) for source in given if source not in sitemaps]
    missing = [path for path in paths if not path.exists()]
    if missing:
        fail(f"{missing[0]} does not exist; nothing was read.", Exit.CONFIG)
    house = open_house(config)
    paths += [house.settings.archive_folder] if archive else []
    if not paths and not sitemaps:
        fail("Nothing to read: name files, folders or sitemaps, or say --archive.", Exit.CONFIG)
    begin, end = parse_moment(since, "--from"), parse_moment(until, "--to")
    from flows.backfill import backfill as perform
    from flows.backfill import backfill_sitemaps
    from flows.showing import show_night

    reports = []
    try:
        if sitemaps:
            reports.append(backfill_sitemaps(house, sitemaps, now=datetime.now(UTC), since=begin, until=end))
        if paths:
            with _bar() as heard, _readers(dask or house.settings.dask, workers) as readers:
                reports.append(
                    perform(house, [path.resolve() for path in paths], now=datetime.now(UTC), since=begin, until=end,
                            workers=workers, progress=heard, readers=readers)
                )  # fmt: skip
    except LockHeld as held:
        fail(str(held), Exit.LOCKED)
    except WarehouseError as error:
        stop(error)
    for report in reports:
        if as_json:
            out.print_json(json.dumps(report.counts()))
        else:
            show_night(report, out, articles=False)


@contextlib.contextmanager
def _readers(address: str | None, workers: int | None) -> Iterator[OpenReaders | None]:
    """What opens the readers of a run; None: processes of this machine."""
    if address is None:
        yield None
        return
    try:
        from flows.backfill.dask_readers import dask_cluster
    except ImportError:
        fail("Dask is not installed here: pip install 'sovwatch[dask]'", Exit.CONFIG)
    with dask_cluster(None if address == "local" else address, workers=workers) as readers:
        yield readers


class PagesASecond(ProgressColumn):
    """How fast it goes."""

    def render(self, task: Task) -> Text:
        """Pages a second, once there is something to divide."""
        pages = task.fields.get("pages", 0)
        return Text(f"{pages / task.elapsed:.0f}/s" if task.elapsed and pages else "")


@contextlib.contextmanager
def _bar() -> Iterator[Callable[[Progress], None]]:
    """A line with pages, their speed and what remains by the bytes of the files; on a terminal only."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[pages]} pages"), PagesASecond(),
               TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())  # fmt: skip
    with Bar(*columns, console=err, disable=not err.is_terminal, transient=True) as bar:
        line = bar.add_task("reading", total=None, pages=0)

        def heard(at: Progress) -> None:
            bar.update(line, completed=at.bytes, total=at.of_bytes, description=at.file.name, pages=at.pages)

        yield heard
