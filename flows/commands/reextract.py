"""`sovwatch re-extract`: the archive, read again by the present extractor."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from flows.commands import app
from flows.commands.options import ConfigOption, JsonOption, fail, open_house, out, parse_moment
from flows.commands.reading import stop
from flows.exits import Exit
from warehouse.connection import WarehouseError
from warehouse.lock import LockHeld


@app.command("re-extract")
def re_extract(
    apply: Annotated[bool, typer.Option("--apply", help="Write the changes as new versions; else only show.")] = False,
    since: Annotated[str | None, typer.Option("--from", help="Only pages fetched from this time on, ISO 8601.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Only pages fetched before this time.")] = None,
    workers: Annotated[int | None, typer.Option("--workers", min=1, help="Processes; default: the settings'.")] = None,
    show: Annotated[int, typer.Option("--show", min=0, help="How many changed articles to list.")] = 20,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read the archived pages again and say what changes; with --apply, keep it as new versions beside the old ones.

    May be stopped and started again. Exit codes: 0 done; 1 failed; 2 the configuration is wrong; 4 another run holds
    the warehouse.
    """
    house = open_house(config)
    from flows.reextract import reextract

    begin, end = parse_moment(since, "--from"), parse_moment(until, "--to")
    try:
        report = reextract(house, now=datetime.now(UTC), apply=apply, since=begin, until=end, workers=workers)
    except LockHeld as held:
        fail(str(held), Exit.LOCKED)
    except WarehouseError as error:
        stop(error)
    if as_json:
        out.print_json(json.dumps({"counts": dict(report.counts), "written": report.written}))
        return
    for change in report.changes[:show]:
        what = f"{len(change.removed)} paragraphs go, {len(change.added)} come"
        detail = what if change.kind == "text" else ", ".join(change.facts) if change.kind == "facts" else ""
        reason = change.problem.detail if change.problem else ""
        out.print(f"{change.kind:6} {change.url}  {detail or reason}", markup=False)
    total = sum(report.counts.values())
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(report.counts.items())) or "nothing to read"
    out.print(f"{total} pages read again: {told}. " + (
        f"{report.written} new versions written." if apply else "Nothing was written; --apply writes."))  # fmt: skip
