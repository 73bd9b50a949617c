"""The tests of the warehouse, run on lakes instead of memory: SOVWATCH_TESTS_ON=lake python -m pytest tests/warehouse

Every warehouse that a test opens with `open_memory` is then a DuckLake whose catalog is a file and whose data lies in a
temporary folder: what it takes and refuses is what a lake on PostgreSQL does, and thousands of them start quickly.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import duckdb

import warehouse.connection
from warehouse.lake import load_extensions
from warehouse.migrate import migrate

WANTED = os.environ.get("SOVWATCH_TESTS_ON") == "lake"


def open_lake_of_files(folder: Path) -> duckdb.DuckDBPyConnection:
    """A migrated lake in the folder; LakeFault where the extension packages are missing."""
    con = duckdb.connect()
    warehouse.connection.prepare(con)
    load_extensions(con)
    con.execute(f"ATTACH 'ducklake:{folder}/catalog' AS house (DATA_PATH '{folder}/data/', DATA_INLINING_ROW_LIMIT 0)")
    con.execute("USE house")
    migrate(con)
    return con


def open_on_lakes() -> None:
    """From now on `open_memory` gives lakes; call it before a test imports the name."""
    folder = Path(tempfile.mkdtemp(prefix="sovwatch-lakes-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)

    def open_memory() -> duckdb.DuckDBPyConnection:
        return open_lake_of_files(Path(tempfile.mkdtemp(dir=folder)))

    warehouse.connection.open_memory = open_memory
