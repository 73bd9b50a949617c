"""`sovwatch compact`: forgets by the rules of the settings, and gives room back."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime

import typer

from flows.commands import app
from flows.commands.options import ConfigOption, JsonOption, open_house, out
from flows.commands.reading import stop
from flows.operation.compact import compact as perform
from warehouse.connection import WarehouseError


@app.command()
def compact(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Forget what retention in settings.yaml lets go, and write the warehouse's file anew where much of it is unused.

    Never in a night's way: what a run comes across is put off. Exit codes: 0 (also when put off); 1 failed; 2
    configuration wrong.
    """
    try:
        done = perform(open_house(config), now=datetime.now(UTC))
    except WarehouseError as error:
        stop(error)
    if as_json:
        typer.echo(json.dumps(dataclasses.asdict(done)))
        return
    out.print(f"Forgotten: {done.entries} entries, the words of {done.terms} reports.")
    size = f"{done.bytes_before / 1e6:.0f} MB before, {done.bytes_after / 1e6:.0f} MB now"
    out.print(f"Warehouse: {size}{', written anew' if done.rewritten else ''}.")
    if done.put_off:
        out.print("A run came in between; the rest is for the next time.")
