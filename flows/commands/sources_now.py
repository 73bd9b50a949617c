"""`sovwatch sources check` and `undo-move`: how the feeds answer now, and moves taken back."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.text import Text

from flows.commands import app as app
from flows.commands.answers import json_text, print_table
from flows.commands.options import ConfigOption, JsonOption, fail, open_house, out
from flows.commands.reading import stop
from flows.commands.sources import sources
from flows.exits import Exit


@sources.command("check")
def check_now(
    ids: Annotated[list[str] | None, typer.Argument(help="Source ids; default: all that are on.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask the feeds now and show each one's state with the evidence; stores nothing.

    States: ok, empty, stale, blocked, gone, broken, moved. Exit codes: 0 all are ok; 1 some are not; 2 an id or the
    configuration is wrong.
    """
    house = open_house(config)
    by_id = {source.id: source for source in house.sources}
    unknown = [name for name in ids or [] if name not in by_id]
    if unknown:
        fail(f"There is no source {unknown[0]!r}; see: sovwatch sources list --all", Exit.CONFIG)
    from flows.source_check import check_sources

    chosen = [by_id[name] for name in ids] if ids else list(house.enabled_sources)
    found = check_sources(house, chosen, now=datetime.now(UTC))
    if as_json:
        typer.echo(json_text([dataclasses.asdict(one) for one in found]))
    else:
        names = ("id", "state", "entries", "newest", "evidence")
        rows = [
            (one.source_id, one.state, one.entries, f"{one.newest_at:%Y-%m-%d}" if one.newest_at else "",
             one.evidence + (f"; it announces {one.announces}" if one.announces else ""))
            for one in found
        ]  # fmt: skip
        print_table(out, names, ["VARCHAR", "VARCHAR", "BIGINT", "VARCHAR", "VARCHAR"], rows)
        well = sum(one.state == "ok" for one in found)
        out.print(Text(f"{well} of {len(found)} ok", style="dim"))
    raise typer.Exit(int(Exit.OK if all(one.state == "ok" for one in found) else Exit.FAILED))


@sources.command("undo-move")
def undo(source_id: str, config: ConfigOption = None) -> None:
    """Fetch a source at its configured address again, and follow its redirects no longer for good.

    Exit codes: 0; 2 the id or the configuration is wrong; 4 another run holds the warehouse.
    """
    house = open_house(config)
    from extractors.feeds.schedule import undo_move
    from flows.night import warehouse_file
    from warehouse.connection import WarehouseError, open_file
    from warehouse.feed_state import find_source_states, store_source_states
    from warehouse.lake import hold_lake
    from warehouse.lock import LockHeld, hold_lock
    from warehouse.store import transaction

    now = datetime.now(UTC)
    state_dir = house.settings.state_dir
    try:
        with (
            hold_lock(state_dir, purpose="sources undo-move", since=now),
            open_file(warehouse_file(state_dir)) as con,
            hold_lake(con, purpose="sources undo-move", since=now),
        ):
            state = find_source_states(con).get(source_id)
            if state is None or (state.fetch_url is None and state.moving_to is None):
                fail(f"{source_id!r} has not moved.", Exit.CONFIG)
            with transaction(con):
                store_source_states(con, [undo_move(state)], now=now)
    except LockHeld as held:
        fail(str(held), Exit.LOCKED)
    except WarehouseError as error:
        stop(error)
    out.print(Text(f"{source_id} is fetched at {state.feed_url} again."))
