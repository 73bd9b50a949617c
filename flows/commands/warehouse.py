"""`sovwatch warehouse`: what the warehouse is made of, carrying it to a lake or back, keeping a lake quick."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track
from rich.text import Text

from config.faults import ConfigError
from config.house import House
from config.load import load_house
from flows.commands import app
from flows.commands.answers import json_text, print_table
from flows.commands.options import ConfigOption, JsonOption, config_folder, err, fail, open_house, out
from flows.commands.reading import stop
from flows.exits import Exit
from flows.placing import FILE, LAKE, find_lake, point_to_file, point_to_lake, snapshot_file, warehouse_file
from warehouse.carry import CarriedTable, carry_house
from warehouse.connection import Connection, WarehouseError, open_file
from warehouse.info import find_facts
from warehouse.lake import Pointer, hold_lake, is_lake, write_pointer
from warehouse.lock import LockHeld, hold_lock
from warehouse.publish import publish_snapshot
from warehouse.tending import tend_lake

warehouse = typer.Typer(name="warehouse", help="Where the collection lies: a file, or a lake.", no_args_is_help=True)
app.add_typer(warehouse)

PLACES = ("file", "lake")


@warehouse.command()
def info(
    check: Annotated[bool, typer.Option("--check", help="Look for keys that stand twice; reads every table.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show where the warehouse lies, its tables with rows, files and bytes, and a lake's versions.

    Exit codes: 0; 1 keys stand twice, or it cannot be read; 2 configuration wrong; 4 a run holds the warehouse.
    """
    house = open_house(config)
    path = warehouse_file(house.settings.state_dir)
    with _writer(house, path, purpose="warehouse info") as con:
        facts = find_facts(con, path, check=check)
    if as_json:
        typer.echo(json_text(dataclasses.asdict(facts)))
    else:
        out.print(Text(f"{facts.kind}: {facts.place}, {facts.bytes / 1e6:.1f} MB"))
        if facts.version is not None:
            published = f"published {facts.published_at:%Y-%m-%d %H:%M} UTC" if facts.published_at else "not published"
            out.print(Text(f"version {facts.version}, {facts.versions} to travel to, {published}"))
        rows = [(t.table, t.rows, t.files, None if t.bytes is None else t.bytes // 1000) for t in facts.tables]
        print_table(out, ("table", "rows", "files", "kB"), ["VARCHAR", "BIGINT", "BIGINT", "BIGINT"], rows)
    for table, number in (facts.doubles or {}).items():
        err.print(f"{table}: {number} keys stand more than once", markup=False, style="red")
    if facts.doubles:
        raise typer.Exit(int(Exit.FAILED))


@warehouse.command()
def copy(
    to: Annotated[str | None, typer.Option("--to", help="lake or file: where the warehouse goes.")] = None,
    source: Annotated[str | None, typer.Option("--from", help="lake or file: where it comes from.")] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Even where the target has runs that the warehouse has not.")
    ] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Carry the warehouse to the lake that settings.yaml describes, or back into a file; every table is verified.

    May be cut off and started again: what is there and equal is passed over. The old one stays as it was; the state
    folder points to the new one once all is verified. Then set warehouse.kind. Exit codes: 0; 1 failed; 2
    configuration wrong; 4 a run holds the warehouse.
    """
    target = _target(to, source)
    house = _plain_house(config)
    state, settings = house.settings.state_dir, house.settings.warehouse
    if settings.catalog is None or settings.data is None:
        fail("settings.yaml describes no lake: set warehouse.catalog and warehouse.data (docs/lake.md).", Exit.CONFIG)
    try:
        lake = find_lake(settings)
        waiting = state / f"carrying-{LAKE}"  # not `warehouse.lake`, which would make the lake the warehouse now
        write_pointer(waiting, Pointer(lake=lake, published=False))
        paths = {"file": state / FILE, "lake": waiting}
        origin = paths[next(place for place in PLACES if place != target)]
        if target == "lake" and not origin.is_file():
            fail(f"there is no {origin}: nothing to carry.", Exit.CONFIG)
        carried = _carry(house, origin, paths[target], replace=replace)
        if target == "lake":
            point_to_lake(state, lake)
        else:
            point_to_file(state)
        with contextlib.closing(open_file(warehouse_file(state), memory_limit=house.settings.memory_limit)) as con:
            publish_snapshot(con, snapshot=snapshot_file(state), published_at=datetime.now(UTC), anew=True)
        waiting.unlink(missing_ok=True)
    except LockHeld as held:
        fail(str(held), Exit.LOCKED)
    except WarehouseError as error:
        stop(error)
    if as_json:
        typer.echo(json_text([dataclasses.asdict(table) for table in carried]))
        return
    rows = [(t.table, t.rows, t.checksum, "was there" if t.was_there else "carried") for t in carried]
    print_table(out, ("table", "rows", "checksum", ""), ["VARCHAR", "BIGINT", "VARCHAR", "VARCHAR"], rows)
    out.print(Text(f"{sum(t.rows for t in carried)} rows, every table equal on both sides. "
                   f"The warehouse is the {target} now: say kind: {target} in settings.yaml."))  # fmt: skip


@warehouse.command()
def publish(
    anew: Annotated[bool, typer.Option("--anew", help="Write all of it, not only what has changed.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish the snapshot as the warehouse stands, as the end of a night does.

    Exit codes: 0; 1 failed; 2 configuration wrong, or no warehouse yet; 4 a run holds the warehouse.
    """
    house = open_house(config)
    state = house.settings.state_dir
    with _writer(house, warehouse_file(state), purpose="warehouse publish") as con:
        done = publish_snapshot(con, snapshot=snapshot_file(state), published_at=datetime.now(UTC), anew=anew)
    if as_json:
        typer.echo(json_text(dataclasses.asdict(done)))
        return
    how = "is as it was: nothing has changed"
    if done.written:
        how = f"written anew: {done.anew}" if done.anew else "brought up to date"
    out.print(Text(f"{done.path}: {done.bytes / 1e6:.1f} MB, {done.tables} tables, {how}"))


@warehouse.command()
def tend(
    keep_days: Annotated[float, typer.Option("--keep-days", min=0, help="Versions this old can still be read.")] = 30,
    grace_hours: Annotated[
        float, typer.Option("--grace-hours", min=0, help="Files that nobody needs stay for as long.")
    ] = 24,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Merge a lake's small files, let old versions go, remove what nobody needs. Never waits for a night nor stops one.

    For a timer by day. Exit codes: 0 done, or a night was under way; 1 failed; 2 the warehouse is no lake.
    """
    house = open_house(config)
    path = warehouse_file(house.settings.state_dir)
    try:
        with contextlib.closing(open_file(path, memory_limit=house.settings.memory_limit)) as con:
            if not is_lake(con):
                fail("the warehouse is a file, which tends itself.", Exit.CONFIG)
            done = tend_lake(
                con, now=datetime.now(UTC), keep=timedelta(days=keep_days), grace=timedelta(hours=grace_hours)
            )
    except WarehouseError as error:
        stop(error)
    if as_json:
        typer.echo(json_text(dataclasses.asdict(done)))
        return
    for table in done.tables:
        late = "; a writer was in the way, the rest is for the next time" if table.put_off else ""
        out.print(Text(f"{table.table}: {table.files_before} files, now {table.files}{late}"))
    out.print(Text(f"{done.versions_dropped} versions let go, {done.files_removed} files removed"))
    if done.stood_back:
        out.print(Text("A night is under way: the rest is for the next time.", style="yellow"))


def _target(to: str | None, source: str | None) -> str:
    given = [word for word in (to, source) if word is not None]
    if len(given) != 1 or given[0] not in PLACES:
        fail("say --to lake (or --from file), or --from lake (or --to file)", Exit.CONFIG)
    return given[0] if to is not None else next(place for place in PLACES if place != source)


def _plain_house(chosen: Path | None) -> House:
    """The configuration, whether or not the setting fits where the warehouse lies: that is about to change."""
    try:
        return load_house(config_folder(chosen))
    except ConfigError:
        return open_house(chosen)  # says what is wrong, and ends


def _carry(house: House, origin: Path, target: Path, *, replace: bool) -> list[CarriedTable]:
    """All tables, carried with both warehouses held."""
    now, limit = datetime.now(UTC), house.settings.memory_limit
    lake = origin if origin.suffix == ".lake" else target
    with contextlib.ExitStack() as stack:
        stack.enter_context(hold_lock(house.settings.state_dir, purpose="warehouse copy", since=now))
        holder = stack.enter_context(contextlib.closing(open_file(lake, memory_limit=limit)))
        stack.enter_context(hold_lake(holder, purpose="warehouse copy", since=now))
        tables = carry_house(origin, target, memory_limit=limit, replace=replace)
        return list(track(tables, "Carrying", console=err, transient=True, disable=not err.is_terminal))


@contextlib.contextmanager
def _writer(house: House, path: Path, *, purpose: str) -> Iterator[Connection]:
    if not path.is_file():
        fail(f"there is no warehouse in {house.settings.state_dir} yet: it comes with the first run", Exit.CONFIG)
    try:
        with contextlib.ExitStack() as stack:
            if path.suffix != ".lake":  # a file has one visitor at a time
                stack.enter_context(hold_lock(house.settings.state_dir, purpose=purpose, since=datetime.now(UTC)))
            yield stack.enter_context(contextlib.closing(open_file(path, memory_limit=house.settings.memory_limit)))
    except LockHeld as held:
        fail(str(held), Exit.LOCKED)
    except WarehouseError as error:
        stop(error)

