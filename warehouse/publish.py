"""Publishes the warehouse as a read-only snapshot, so that readers and the night never wait for one another.

What a reader gets is decided by the schema's own comments. A table without a comment, or whose comment begins with
`Private:`, stays in the writer's file; so does a column whose comment begins with `Private:`. A text column whose
comment ends with `Secrets hidden.` goes out with passwords, keys, tokens and mail addresses replaced by stars. All
views go out. Indexes do not: the snapshot is only read.
"""

from __future__ import annotations

import contextlib
import os
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from warehouse.batches import transaction
from warehouse.connection import WarehouseError, explain, load_problem
from warehouse.sql import load_sql

PRIVATE = "Private:"
MASKED = "Secrets hidden."


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The snapshot as it lies there now: file, bytes, tables, and whether this call wrote it or found it current."""

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
    fresh = snapshot.with_name(snapshot.name + ".new")
    try:
        con.execute("CHECKPOINT")
        stamp = _stamp(con)
        tables = _published_columns(con)
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


def _copy(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    tables: dict[str, list[tuple[str, str, str]]],
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
                chosen = ", ".join(_expression(name, comment) for name, _, comment in columns)
                con.execute(f'CREATE TABLE snapshot."{table}" AS SELECT {chosen} FROM "{home}"."{table}"')
            con.execute("USE snapshot")
            con.execute(load_sql("publish_info_row"), {"published_at": published_at, "stamp": stamp})
        _create_views(con, views)
        with transaction(con):
            public = {(table, name) for table, columns in tables.items() for name, _, _ in columns}
            for kind, relation, column, comment in comments:
                if kind == "VIEW" or (relation in tables and (column is None or (relation, column) in public)):
                    con.execute(_comment(kind, relation, column, comment))
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


def _published_columns(con: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[str, str, str]]]:
    """Table to (column, type, comment) of what readers may see."""
    tables: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for table, table_comment, column, kind, comment in con.execute(load_sql("publish_columns")).fetchall():
        if table_comment and not table_comment.startswith(PRIVATE) and not comment.startswith(PRIVATE):
            tables[table].append((column, kind, comment))
    return dict(tables)


def _expression(column: str, comment: str) -> str:
    return f'hide_secrets("{column}") AS "{column}"' if comment.endswith(MASKED) else f'"{column}"'


def _comment(kind: str, relation: str, column: str | None, comment: str) -> str:
    text = comment.replace("'", "''")
    target = f'{kind} "{relation}"' if column is None else f'COLUMN "{relation}"."{column}"'
    return f"COMMENT ON {target} IS '{text}'"


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
