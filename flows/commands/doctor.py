"""`sovwatch doctor`: is everything in place, and what to do where it is not."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.text import Text

from flows.commands import app
from flows.commands.options import ConfigOption, JsonOption, open_house, out
from flows.doctor import examine
from flows.exits import Exit

STYLES = {"ok": "green", "warning": "yellow", "error": "bold red"}


@app.command()
def doctor(
    config: ConfigOption = None,
    offline: Annotated[bool, typer.Option("--offline", help="Open no connections.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Check configuration, disk, lock, warehouse, snapshot, mail and network, and say what to do.

    Exit codes: 0 all well or warnings only; 1 something is wrong; 2 the configuration is.
    """
    findings = list(examine(open_house(config), now=datetime.now(UTC), online=not offline))
    if as_json:
        out.print_json(json.dumps([dataclasses.asdict(finding) for finding in findings]))
    else:
        for finding in findings:
            level = Text(f"{finding.level:<8}", style=STYLES[finding.level])
            out.print(level, Text(f"{finding.what}: {finding.found}"))
            if finding.remedy:
                out.print(Text(f"         {finding.remedy}", style="dim"))
    raise typer.Exit(int(Exit.FAILED if any(finding.level == "error" for finding in findings) else Exit.OK))
