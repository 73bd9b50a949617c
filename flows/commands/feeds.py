"""`sovwatch feeds`: the feeds that others can follow, and the dates ahead, made anew from the snapshot."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from extractors.model import Problem
from flows.alerts.safe_text import clean_line
from flows.commands import app
from flows.commands.answers import print_json, safe
from flows.commands.options import ConfigOption, JsonOption, err, fail, open_house, out
from flows.commands.reading import StateOption, reading
from flows.exits import Exit
from flows.feeds_out.write import write_feeds
from flows.steps.feeds_out import feed_manner, feeds_address, feeds_folder
from warehouse.dates_ahead import find_dates_ahead
from warehouse.feeds_out import find_published_at

feeds = typer.Typer(no_args_is_help=True, help="Feeds and the calendar that others can follow.")
app.add_typer(feeds, name="feeds")


@feeds.command("write")
def write(
    folder: Annotated[
        Path | None, typer.Option("--out", help="Folder to write to; default: briefing/feeds in the state folder.")
    ] = None,
    base_url: Annotated[
        str | None, typer.Option("--base-url", help="The folder's address where it is served, so that feeds name it.")
    ] = None,
    as_json: JsonOption = False,
    state: StateOption = None,
    config: ConfigOption = None,
) -> None:
    """Write Atom, JSON Feed, calendar and OPML files from the snapshot; only those that changed.

    Every night does this at its end. Exit codes: 0; 1 there is no snapshot, or a file cannot be written; 2 wrong words.
    """
    if base_url and not base_url.startswith(("https://", "http://")):
        fail("--base-url must begin with https:// or http://", Exit.CONFIG)
    house = open_house(config)
    if folder is None and state is not None:
        folder = (state if state.is_dir() else state.parent) / "briefing" / "feeds"
    target = folder or feeds_folder(house)
    address = base_url.rstrip("/") + "/" if base_url else None if folder else feeds_address(house)
    with reading(state, config) as con:
        try:
            files = write_feeds(
                con, target, feed_manner(house), now=find_published_at(con) or datetime.now(UTC), sources=house.sources,
                base_url=address,
            )  # fmt: skip
        except OSError as error:
            problem = Problem(stage="publish", url=None, code="feeds-failed", detail=f"{target}: {error.strerror}")
            fail(f"the feeds could not be written: {problem.detail}", Exit.FAILED)
    if as_json:
        print_json(
            [{"folder": str(files.folder), "written": files.written, "kept": files.kept, "removed": files.removed}]
        )
        return
    out.print(
        Text(f"{len(files.written)} written, {len(files.kept)} unchanged, {len(files.removed)} removed in {target}")
    )


@feeds.command("dates")
def dates(
    since: Annotated[str | None, typer.Option("--from", help="From this day on, ISO 8601; default: today.")] = None,
    days: Annotated[int, typer.Option("--days", min=1, help="For so many days.")] = 120,
    kind: Annotated[
        str | None, typer.Option("--kind", help="Only deadline, hearing, entry-into-force, vote, other.")
    ] = None,
    as_json: JsonOption = False,
    state: StateOption = None,
    config: ConfigOption = None,
) -> None:
    """List the dates ahead that developments mention, with the sentence of each.

    Exit codes: 0, also where there is none; 1 there is no snapshot; 2 the day is wrong.
    """
    try:
        first = date.fromisoformat(since) if since else datetime.now(UTC).date()
    except ValueError:
        fail(f"--from {since!r} is no day; write it like 2026-03-02", Exit.CONFIG)
    until = first + timedelta(days=days)
    with reading(state, config) as con:
        found = [
            one for one in find_dates_ahead(con, since=first) if one.first_day <= until and kind in (None, one.kind)
        ]
    if as_json:
        print_json(
            {
                "first_day": one.first_day, "last_day": one.last_day, "kind": one.kind, "certainty": one.certainty,
                "sentence": one.sentence, "storyline_id": one.storyline_id, "storyline": one.storyline_title,
                "development_id": one.development_id, "outlet": one.outlet, "url": one.url, "mentions": one.mentions,
            }
            for one in found
        )  # fmt: skip
        return
    if not found:
        err.print("No date ahead is mentioned.")
    for one in found:
        span = f"{one.first_day}" if one.first_day == one.last_day else f"{one.first_day} to {one.last_day}"
        mark = {"exact": "", "inferred": " (year or day inferred)", "approximate": " (approximate)"}[one.certainty]
        line = Text(f"{span:<11}", style="cyan").append(Text(f" {one.kind}{mark}  ", style="bold"))
        out.print(line.append(Text(safe(one.storyline_title))))
        out.print(Text(f"            “{safe(clean_line(one.sentence, 320))}” {safe(one.outlet)}"))
        out.print(Text(f"            {safe(one.url)}", style="dim"))
