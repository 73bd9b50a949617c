"""Publishes the warehouse as a read-only snapshot, so that readers and the night never wait for one another.

What a reader gets is decided by the schema's own comments (`warehouse/public.py`). All views go out. Indexes do not:
the snapshot is only read. On a lake nothing is copied: its version of the moment is written down as the published one,
and readers read that (`warehouse/lake_reading.py`).
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from warehouse.batches import transaction
from warehouse.connection import WarehouseError, explain, load_problem
from warehouse.lake import current_version, data_bytes, is_lake
from warehouse.public import Columns, comment_statement, public_columns, shown_as
from warehouse.search.macros import create_macros
from warehouse.sql import load_sql

# Tables that readers look things up in, in the order that makes it quick.
ORDERS = {"search_words": "ORDER BY word"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The snapshot as it lies there now: file, bytes, tables, and whether this call wrote it or found it current.

    Of a lake: the file that describes it, and the bytes of the data that the published version needs.
    """

    path: Path
    bytes: int
    tables: int
    written: bool


def publish_snapshot(con: duckdb.DuckDBPyConnection, *, snapshot: Path, published_at: datetime) -> Published:
    """Writes all that readers may see to `snapshot`, in one atomic step; does nothing when nothing has changed.

    A reader that has the old snapshot open keeps it; one that opens after the call sees the new rows. `con` is the
    writer's connection, outside of a transaction. Raises WarehouseError (`disk-full` and others); the previous
    snapshot is then untouched.
    """
    if is_lake(con):
        return _publish_version(con, snapshot, published_at=published_at)
    fresh = snapshot.with_name(snapshot.name + ".new")
    try:
        con.execute("CHECKPOINT")
        stamp = _stamp(con)
        tables = public_columns(con)
        if stamp and stamp == _stamp_of(snapshot):
            return Published(path=snapshot, bytes=snapshot.stat().st_size, tables=len(tables), written=False)
        _remove(fresh)
        _copy(con, fresh, tables, published_at=published_at, stamp=stamp)
        _sync(fresh)
        fresh.chmod(0o444)  # a reader that forgets to say read-only is told so, and cannot lock others out
        fresh.replace(snapshot)
        _sync(snapshot.parent)
    except duckdb.Error as error:
        _remove(fresh)
        raise explain(error, snapshot) from error
    except WarehouseError:
        _remove(fresh)
        raise
    except OSError as error:
        _remove(fresh)
        detail = f"the snapshot could not be written ({error.strerror}); the previous one is untouched"
        raise WarehouseError(load_problem("publish-failed", detail, snapshot)) from error
    return Published(path=snapshot, bytes=snapshot.stat().st_size, tables=len(tables), written=True)


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


def _copy(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    tables: dict[str, Columns],
    *,
    published_at: datetime,
    stamp: str | None,
) -> None:
    quoted = str(path).replace("'", "''")
    home = _value(con, "SELECT current_database()")
    views = [row[0] for row in con.execute(load_sql("publish_views")).fetchall()]
    comments = con.execute(load_sql("publish_comments")).fetchall()
    con.execute(f"ATTACH '{quoted}' AS snapshot")
    try:
        with transaction(con):
            for table, columns in tables.items():
                chosen = ", ".join(shown_as(name, comment) for name, _, comment in columns)
                order = ORDERS.get(table, "")
                con.execute(f'CREATE TABLE snapshot."{table}" AS SELECT {chosen} FROM "{home}"."{table}" {order}')
            con.execute("USE snapshot")
            con.execute(load_sql("publish_info_row"), {"published_at": published_at, "stamp": stamp})
        with transaction(con):  # one of its own: rows have their places only once they are committed
            con.execute(f"CREATE OR REPLACE TABLE search_docs AS {load_sql('search_places')}")
            create_macros(con)
        _create_views(con, views)
        with transaction(con):
            public = {(table, name) for table, columns in tables.items() for name, _, _ in columns}
            for kind, relation, column, comment in comments:
                if kind == "VIEW" or (relation in tables and (column is None or (relation, column) in public)):
                    con.execute(comment_statement(kind, relation, column, comment))
        con.execute("CHECKPOINT snapshot")
    finally:
        con.execute(f'USE "{home}"')
        con.execute("DETACH snapshot")


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


def _stamp_of(snapshot: Path) -> str | None:
    try:
        with duckdb.connect(str(snapshot), read_only=True) as reader:
            stamp = _value(reader, load_sql("publish_stamp"))
    except (duckdb.Error, OSError):
        return None
    return stamp


def _value(con: duckdb.DuckDBPyConnection, sql: str) -> str | None:
    row = con.execute(sql).fetchone()
    return None if row is None or row[0] is None else str(row[0])


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    for leftover in (path, path.with_name(path.name + ".wal")):
        with contextlib.suppress(OSError):
            leftover.unlink(missing_ok=True)
