"""What a warehouse is made of: tables, rows, files, bytes, versions."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from warehouse.carry import find_doubles, find_keys
from warehouse.connection import Connection, explain, open_memory
from warehouse.lake import HOUSE, current_version, is_lake, read_pointer
from warehouse.sql import load_sql


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFacts:
    """Rows of a table; of a lake also its data files and their bytes (None for a file's)."""

    table: str
    rows: int
    files: int | None = None
    bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WarehouseFacts:
    """Of a whole warehouse.

    `place` is the file, or the lake's addresses; `bytes` what lies on disk or in the store for the present state;
    `version`, `versions` and `published_at` are a lake's: its latest version, how many can be travelled to, when the
    last one was published. `doubles` holds keys that stand more than once, by table; None where it was not asked.
    """

    kind: str
    place: str
    bytes: int
    tables: tuple[TableFacts, ...]
    version: int | None = None
    versions: int | None = None
    published_at: datetime | None = None
    doubles: dict[str, int] | None = None


def find_facts(con: Connection, path: Path, *, check: bool = False) -> WarehouseFacts:
    """The facts of the warehouse that `con` was opened on, by `path`; `check` looks for double keys, which takes long.

    Raises WarehouseError where it cannot be read.
    """
    try:
        doubles = None
        if check:
            with contextlib.closing(open_memory()) as plain:
                keys = find_keys(plain)
            there = {row[0] for row in con.execute("SHOW TABLES").fetchall()}
            doubles = find_doubles(con, {table: key for table, key in keys.items() if table in there})
        return _lake_facts(con, path, doubles) if is_lake(con) else _file_facts(con, path, doubles)
    except duckdb.Error as error:
        raise explain(error, path) from error


def _file_facts(con: Connection, path: Path, doubles: dict[str, int] | None) -> WarehouseFacts:
    home = con.execute("SELECT current_database()").fetchall()[0][0]
    names = con.execute(load_sql("lake_tables"), {"house": home}).fetchall()
    tables = tuple(TableFacts(table=name, rows=_rows(con, name)) for (name,) in names)
    return WarehouseFacts(
        kind="file", place=str(path), bytes=path.stat().st_size, tables=tables, doubles=doubles
    )  # fmt: skip


def _lake_facts(con: Connection, path: Path, doubles: dict[str, int] | None) -> WarehouseFacts:
    found = con.execute(
        f"SELECT table_name, file_count, file_size_bytes + delete_file_size_bytes FROM {HOUSE}.table_info() ORDER BY 1"
    ).fetchall()
    tables = tuple(
        TableFacts(table=name, rows=_rows(con, name), files=int(files), bytes=int(size)) for name, files, size in found
    )
    versions = con.execute(f"SELECT count(*) FROM {HOUSE}.snapshots()").fetchall()[0][0]
    published_at = con.execute("SELECT max(published_at) FROM snapshot_info").fetchall()[0][0]
    return WarehouseFacts(
        kind="lake", place=str(read_pointer(path).lake), bytes=sum(table.bytes or 0 for table in tables), tables=tables,
        version=current_version(con), versions=versions, published_at=published_at, doubles=doubles,
    )  # fmt: skip


def _rows(con: Connection, table: str) -> int:
    return int(con.execute(f'SELECT count(*) FROM "{table}"').fetchall()[0][0])
