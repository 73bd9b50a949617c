"""`sovwatch rebuild`: the warehouse made anew from the archive."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from flows.commands import app
from flows.commands.options import ConfigOption, JsonOption, err, fail, open_house, out
from flows.commands.reading import stop
from flows.exits import Exit
from warehouse.connection import WarehouseError
from warehouse.lock import LockHeld


@app.command()
def rebuild(
    present_config: Annotated[
        bool, typer.Option("--present-config", help="Under today's sources, topics and thresholds, not those of then.")
    ] = False,
    accept_losses: Annotated[
        bool, typer.Option("--accept-losses", help="Put it in place even if the archive lacks some articles.")
    ] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the warehouse anew from the archive alone: every run gone through again, without network and mail.

    The new one is compared with the old one row by row and takes its place; the old one stays beside it. Sent mail,
    notes and the like are taken over. Exit codes: 0 in place; 1 not in place, since articles would be lost, or failed;
    2 configuration wrong; 4 a run is under way.
    """
    house = open_house(config)
    from flows.rebuild import rebuild as perform

    try:
        with err.status("reading the archive …") as line:
            report = perform(
                house, now=datetime.now(UTC), as_configured_now=present_config, accept_losses=accept_losses,
                progress=lambda done, of, run: line.update(f"{done} of {of} runs; {run} …"),
            )  # fmt: skip
    except LockHeld as held:
        fail(str(held), Exit.LOCKED)
    except WarehouseError as error:
        stop(error)
    if as_json:
        facts = {
            "runs": dict(report.runs), "differing": report.differing, "lost_articles": report.lost_articles,
            "missing_answers": len(report.missing), "warnings": report.warnings, "replaced": report.replaced,
            "duration_s": round(report.duration_s, 1),
            "tables": {table.table: [table.rows, table.other_rows, table.differing] for table in report.differences},
        }  # fmt: skip
        out.print_json(json.dumps(facts))
    else:
        table = Table("table", "rows now", "before", "without an equal", box=None, padding=(0, 2, 0, 0))
        for one in report.differences:
            table.add_row(one.table, str(one.rows), str(one.other_rows), str(one.differing))
        out.print(table)
        for warning in report.warnings:
            out.print(warning, style="yellow", markup=False)
        runs = ", ".join(f"{number} {kind}" for kind, number in sorted(report.runs.items())) or "none"
        out.print(f"Runs gone through: {runs}, in {report.duration_s:.0f} s. Rows that differ: {report.differing}.")
    if not report.replaced:
        fail(
            f"{report.lost_articles} articles of the warehouse are not in the archive (older than its retention, or "
            "from before runs kept a journal). The warehouse was left as it is; --accept-losses gives them up.",
            Exit.FAILED,
        )
