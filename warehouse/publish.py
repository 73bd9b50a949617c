"""Publishes the warehouse as a read-only snapshot, so that readers and the night never wait for one another.

Only what has changed since is written, into an earlier snapshot (`warehouse/snapshot_changes.py`), so that a night's
publication costs about the same however large the collection is. All is written anew where that cannot be done rightly.
What a reader gets is decided by the schema's own comments (`warehouse/public.py`). All views go out. Indexes do not:
the snapshot is only read. On a lake nothing is copied: its version of the moment is written down as the published one,
and readers read that (`warehouse/lake_reading.py`).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from warehouse.batches import transaction
from warehouse.connection import WarehouseError, explain, load_problem
from warehouse.lake import current_version, data_bytes, is_lake
from warehouse.public import Columns, comment_statement, public_columns, shown_as
from warehouse.search.macros import create_macros
from warehouse.snapshot_changes import Misplaced, Outdated, bring_up_to_date, check_snapshot, place_anew
from warehouse.snapshot_file import fresh_file, put_in_place, remove_file, spare_file, take_earlier
from warehouse.snapshot_parts import (
    ORDERS,
    Part,
    comment_parts,
    create_parts,
    find_layout,
    find_parts,
    note_base,
    write_parts,
)
from warehouse.sql import load_sql


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The snapshot as it lies there now: file, bytes, tables, and whether this call wrote it or found it current.

    `anew`: why all of it was written, and not only what had changed; None where not. Of a lake: the file that
    describes it, and the bytes of the data that the published version needs.
    """

    path: Path
    bytes: int
    tables: int
    written: bool
    anew: str | None = None


def publish_snapshot(
    con: duckdb.DuckDBPyConnection, *, snapshot: Path, published_at: datetime, anew: bool = False
) -> Published:
    """Brings what readers see up to date in one atomic step; does nothing when nothing has changed.

    What has changed since an earlier snapshot is written into it; all is written where there is none, where it was
    made in another way (another version), where it does not agree with the writer, and with `anew`. A reader that has
    the old snapshot open keeps it; one that opens after the call sees the new rows. `con` is the writer's connection,
    outside of a transaction. Raises WarehouseError (`disk-full` and others); the previous snapshot is then untouched.
    """
    if is_lake(con):
        return _publish_version(con, snapshot, published_at=published_at)
    fresh = fresh_file(snapshot)
    try:
        con.execute("CHECKPOINT")
        plan = _plan(con, published_at=published_at)
        stamp, layout = _facts_of(snapshot)
        if plan.stamp and plan.stamp == stamp and not anew:
            return Published(path=snapshot, bytes=snapshot.stat().st_size, tables=len(plan.tables), written=False)
        unfinished = fresh.exists()  # somebody was killed over it: perhaps it was the earlier snapshot that did it
        remove_file(fresh)
        reason = "it was asked for" if anew else "a publication was cut off" if unfinished else None
        if reason is None and layout != plan.layout:
            reason = "there is none yet that was made in the same way"
        reason = reason or _write_changes(con, snapshot, plan)
        if reason is not None:
            remove_file(fresh)
            remove_file(spare_file(snapshot))
            _write_all(con, fresh, plan)
        put_in_place(snapshot, keep_spare=reason is None)
    except duckdb.Error as error:
        # After a failure that it cannot explain, DuckDB leaves what tells the next publication to write all anew.
        if not isinstance(error, (duckdb.FatalException, duckdb.InternalException)):
            remove_file(fresh)
        raise explain(error, snapshot) from error
    except WarehouseError:
        remove_file(fresh)
        raise
    except OSError as error:
        remove_file(fresh)
        detail = f"the snapshot could not be written ({error.strerror}); the previous one is untouched"
        raise WarehouseError(load_problem("publish-failed", detail, snapshot)) from error
    size = snapshot.stat().st_size
    return Published(path=snapshot, bytes=size, tables=len(plan.tables), written=True, anew=reason)


def _publish_version(con: duckdb.DuckDBPyConnection, snapshot: Path, *, published_at: datetime) -> Published:
    """Writes down that the lake as it stands is what readers see; nothing is copied, and nobody waits."""
    try:
        tables = len(public_columns(con))
        size = data_bytes(con)
        version = current_version(con)
        last = _value(con, load_sql("lake_published"))
        written = last is None or int(last) != version - 1  # the row that says so made a version itself
        if written:
            con.execute(load_sql("publish_info_row"), {"published_at": published_at, "stamp": str(version)})
            with contextlib.suppress(OSError):  # its age tells when something was published, as a file's does
                os.utime(snapshot)
    except duckdb.Error as error:
        raise explain(error, snapshot) from error
    return Published(path=snapshot, bytes=size, tables=tables, written=written)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What a snapshot is to hold, and how it is made."""

    home: str
    tables: dict[str, Columns]
    views: list[str]
    comments: list[tuple[str, str, str | None, str]]
    layout: str
    stamp: str | None
    published_at: datetime


def _plan(con: duckdb.DuckDBPyConnection, *, published_at: datetime) -> _Plan:
    tables = public_columns(con)
    views = [row[0] for row in con.execute(load_sql("publish_views")).fetchall()]
    comments = con.execute(load_sql("publish_comments")).fetchall()
    return _Plan(
        home=_value(con, "SELECT current_database()") or "",
        tables=tables,
        views=views,
        comments=comments,
        layout=find_layout(con, tables, views, comments),
        stamp=_stamp(con),
        published_at=published_at,
    )


@contextlib.contextmanager
def _attached(con: duckdb.DuckDBPyConnection, path: Path, how: str = "") -> Iterator[None]:
    quoted = str(path).replace("'", "''")
    con.execute(f"ATTACH '{quoted}' AS snapshot {how}")
    try:
        yield
    finally:
        con.execute("DETACH snapshot")


def _write_changes(con: duckdb.DuckDBPyConnection, snapshot: Path, plan: _Plan) -> str | None:
    """None when an earlier snapshot, brought up to date, stands ready to be put in place; else why not."""
    if not take_earlier(snapshot):
        return "there is none yet"
    fresh = fresh_file(snapshot)
    try:
        with _attached(con, fresh):
            bring_up_to_date(
                con, plan.home, plan.tables, layout=plan.layout, published_at=plan.published_at, stamp=plan.stamp
            )
        try:
            _check(con, fresh, plan)
        except Misplaced:
            with _attached(con, fresh):
                place_anew(con)
            _check(con, fresh, plan)
    except Outdated as outdated:
        return str(outdated)
    return None


def _check(con: duckdb.DuckDBPyConnection, path: Path, plan: _Plan) -> None:
    with _attached(con, path, "(READ_ONLY)"):  # what was written, as a reader will find it
        check_snapshot(con, plan.home, plan.tables, turn=plan.published_at.toordinal())


def _write_all(con: duckdb.DuckDBPyConnection, path: Path, plan: _Plan) -> None:
    tables = plan.tables
    with _attached(con, path):
        try:
            _copy(con, plan)
            con.execute("CHECKPOINT snapshot")
            note_base(con, layout=plan.layout, written_at=plan.published_at, bytes=path.stat().st_size)
            public = {(table, name) for table, columns in tables.items() for name, _, _ in columns}
            con.execute("USE snapshot")
            with transaction(con):
                comment_parts(con)
                for kind, relation, column, comment in plan.comments:
                    if kind == "VIEW" or (relation in tables and (column is None or (relation, column) in public)):
                        con.execute(comment_statement(kind, relation, column, comment))
            con.execute("CHECKPOINT snapshot")
        finally:
            con.execute(f'USE "{plan.home}"')


def _copy(con: duckdb.DuckDBPyConnection, plan: _Plan) -> None:
    home = plan.home
    with transaction(con):
        create_parts(con)
        parts: list[Part] = []
        for table, columns in plan.tables.items():
            chosen = ", ".join(shown_as(name, comment) for name, _, comment in columns)
            order = ORDERS.get(table, "")
            con.execute(f'CREATE TABLE snapshot."{table}" AS SELECT {chosen} FROM "{home}"."{table}" {order}')
            parts += find_parts(con, home, table, columns)
        write_parts(con, parts)
        con.execute("USE snapshot")
        con.execute(load_sql("publish_info_row"), {"published_at": plan.published_at, "stamp": plan.stamp})
    with transaction(con):  # one of its own: rows have their places only once they are committed
        con.execute(f"CREATE OR REPLACE TABLE search_docs AS {load_sql('search_places')}")
        create_macros(con)
    _create_views(con, list(plan.views))


def _create_views(con: duckdb.DuckDBPyConnection, views: list[str]) -> None:
    # A view may stand on another one and the catalog does not say on which: what cannot be made yet waits its turn.
    while views:
        waiting: list[str] = []
        for sql in views:
            try:
                con.execute(sql)
            except duckdb.CatalogException:
                if len(waiting) + 1 == len(views):
                    raise
                waiting.append(sql)
        views = waiting


def _stamp(con: duckdb.DuckDBPyConnection) -> str | None:
    """Size and time of the last write of the writer's file; None in memory. A checkpoint without news moves neither."""
    path = _value(con, load_sql("publish_own_file"))
    if path is None:
        return None
    facts = Path(path).stat()
    return f"{facts.st_size}.{facts.st_mtime_ns}"


def _facts_of(snapshot: Path) -> tuple[str | None, str | None]:
    """Stamp and layout of a published snapshot; None where it does not say."""
    try:
        with duckdb.connect(str(snapshot), read_only=True) as reader:
            return _value(reader, load_sql("publish_stamp")), _value(reader, "SELECT layout FROM snapshot_base")
    except (duckdb.Error, OSError):
        return None, None


def _value(con: duckdb.DuckDBPyConnection, sql: str) -> str | None:
    row = con.execute(sql).fetchone()
    return None if row is None or row[0] is None else str(row[0])
