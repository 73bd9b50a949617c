"""Connections to the warehouse: every one in UTC, with a memory limit and the schema brought up to date."""

from __future__ import annotations

from pathlib import Path

import duckdb

from warehouse.migrate import migrate


def open_memory() -> duckdb.DuckDBPyConnection:
    """A fresh warehouse in memory, migrated: what tests and benchmarks use."""
    con = duckdb.connect(":memory:")
    prepare(con)
    migrate(con)
    return con


def open_file(path: Path, *, memory_limit: str = "1GB") -> duckdb.DuckDBPyConnection:
    """The writer's connection to the warehouse file, created and migrated as needed."""
    con = duckdb.connect(str(path))
    prepare(con, memory_limit=memory_limit)
    migrate(con)
    return con


def prepare(con: duckdb.DuckDBPyConnection, *, memory_limit: str = "1GB") -> None:
    """Times come and go in UTC whatever the machine's zone; memory is bounded."""
    con.execute("SET TimeZone = 'UTC'")
    con.execute(f"SET memory_limit = '{memory_limit}'")
