"""Connections to the warehouse: every one in UTC, with a memory limit and the schema brought up to date."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import duckdb

from extractors.model import Problem
from warehouse.lake import HOUSE, LakeFault, attach_lake, is_conflict, is_pointer, read_pointer
from warehouse.lake_reading import show_lake
from warehouse.migrate import NewerWarehouse, migrate, migrations

COMMENTS = 10  # the migration of nothing but comments
# The log is written into the file when it has grown to this. Each time the last rows of every table and all indexes
# are written anew, which after a year costs seconds: DuckDB's own 16 MB would mean ten times in a night.
LOG = "128MB"

Connection: TypeAlias = duckdb.DuckDBPyConnection

# What DuckDB says of a file that is none, was cut off, or whose blocks are not what they were.
_DAMAGED = re.compile(
    r"not a valid DuckDB database file|corrupt|checksum|Could not read enough bytes|Failed to deserialize",
    re.IGNORECASE,
)


class WarehouseError(Exception):
    """The warehouse cannot be used; `problem` says why and what to do. Nothing that was committed is lost.

    Codes: `newer-schema`, `file-in-use`, `disk-full`, `out-of-memory`, `no-snapshot`, `damaged`, `cannot-open`; of a
    lake also `lake-extensions` (packages missing), `lake-unreachable` and `lake-conflict` (another writer committed
    first: nothing was written, and it can be tried again).
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.detail)


def open_memory(*, commented: bool = False) -> Connection:
    """A fresh warehouse in memory, migrated: what tests and benchmarks use.

    Without `commented` it lacks most comments on tables and columns, which cost half of the time.
    """
    con = duckdb.connect(":memory:")
    prepare(con)
    migrate(con, only=None if commented else [number for number, _, _ in migrations() if number != COMMENTS])
    return con


def open_file(path: Path, *, memory_limit: str = "1GB") -> Connection:
    """The writer's connection to the warehouse file, created and migrated as needed.

    `path` may also be the description of a lake (`warehouse.lake`). Raises WarehouseError if a newer version of the
    program wrote the file, if another process has it open, if the disk is full, or if it is no warehouse.
    """
    con = None
    try:
        con = duckdb.connect(":memory:" if is_pointer(path) else str(path))
        prepare(con, memory_limit=memory_limit)
        con.execute(f"SET wal_autocheckpoint = '{LOG}'")
        if is_pointer(path):
            _enter_lake(con, path)
        migrate(con)
    except LakeFault as error:
        if con is not None:
            con.close()
        raise WarehouseError(load_problem(error.code, str(error), path)) from error
    except NewerWarehouse as error:
        if con is not None:
            con.close()
        raise WarehouseError(load_problem("newer-schema", str(error), path)) from error
    except duckdb.Error as error:
        if con is not None:
            con.close()
        raise explain(error, path) from error
    return con


def open_snapshot(path: Path, *, memory_limit: str = "1GB", private: bool = False) -> Connection:
    """A reader's connection to the published snapshot. It sees what was published when it was opened, for good.

    `private`: the file is the writer's own, which nobody may delete where it is damaged.

    `path` may also be the description of a lake: it is then read as it was when it was last published (or, through
    `warehouse.lake`, as it stands). Raises WarehouseError if no snapshot was published yet or if the file is none.
    """
    if is_pointer(path):
        return _open_lake_snapshot(path, memory_limit=memory_limit)
    if not path.is_file():
        detail = f"there is no snapshot yet ({path}): it is published at the end of a run (sovwatch run)"
        raise WarehouseError(load_problem("no-snapshot", detail, path))
    try:
        con = duckdb.connect(str(path), read_only=True)
        prepare(con, memory_limit=memory_limit)
    except duckdb.Error as error:
        raise explain(error, path, snapshot=not private) from error
    return con


# What work that reads much of the warehouse once is left with.
READING_MB = 200


@contextlib.contextmanager
def bounded_memory(con: Connection, most_mb: int = READING_MB) -> Iterator[None]:
    """Inside the block the database keeps at most so many megabytes in memory, or fewer if fewer were allowed before.

    For work that reads much of the warehouse once: what it read would otherwise stay in memory up to the limit. Indexes
    of tables that were written stay in memory whatever the limit, after a year hundreds of megabytes: they come on top.
    """
    found = con.execute("SELECT current_setting('memory_limit')").fetchone()
    before = str(found[0]) if found else "1GB"
    value, unit = before.split() if " " in before else (before, "MiB")
    mb = float(value) * {"bytes": 1e-6, "KiB": 0.001024, "MiB": 1.048576, "GiB": 1073.741824}.get(unit, 1e6)
    held = con.execute("SELECT sum(memory_usage_bytes) FROM duckdb_memory() WHERE tag = 'ART_INDEX'").fetchone()
    most_mb += round((held[0] or 0) / 1e6) if held else 0
    if mb > most_mb:
        with contextlib.suppress(duckdb.OutOfMemoryException):  # what else is held cannot be let go: as before, then
            con.execute(f"SET memory_limit = '{most_mb}MB'")
    try:
        yield
    finally:
        con.execute(f"SET memory_limit = '{before}'")


@contextlib.contextmanager
def attach_warehouse(con: Connection, path: Path, name: str) -> Iterator[None]:
    """Inside the block the tables of another warehouse stand under `name`, for reading.

    `path` is a warehouse file, a snapshot, or the description of a lake (which is read as it stands).
    """
    if is_pointer(path):
        try:
            attach_lake(con, read_pointer(path).lake, name=name, read_only=True)
        except LakeFault as error:
            raise WarehouseError(load_problem(error.code, str(error), path)) from error
    else:
        quoted = str(path).replace("'", "''")
        con.execute(f"ATTACH '{quoted}' AS {name} (READ_ONLY)")
    try:
        yield
    finally:
        con.execute(f"DETACH {name}")


def _enter_lake(con: Connection, path: Path) -> None:
    attach_lake(con, read_pointer(path).lake)
    con.execute(f"USE {HOUSE}")


def _open_lake_snapshot(path: Path, *, memory_limit: str) -> Connection:
    con = duckdb.connect(":memory:")
    try:
        prepare(con, memory_limit=memory_limit)
        pointer = read_pointer(path)
        show_lake(con, pointer.lake, published=pointer.published)
    except LakeFault as error:
        con.close()
        raise WarehouseError(load_problem(error.code, str(error), path)) from error
    except NewerWarehouse as error:
        con.close()
        raise WarehouseError(load_problem("newer-schema", str(error), path)) from error
    except duckdb.Error as error:
        con.close()
        raise explain(error, path) from error
    return con


def prepare(con: Connection, *, memory_limit: str = "1GB") -> None:
    """Times come and go in UTC whatever the machine's zone; memory is bounded; nothing is loaded from outside."""
    con.execute("SET TimeZone = 'UTC'")
    con.execute(f"SET memory_limit = '{memory_limit}'")
    con.execute("SET autoinstall_known_extensions = false")
    con.execute("SET autoload_known_extensions = false")
    con.execute("SET enable_progress_bar = false")  # it would be drawn amid answers in JSON


def explain(error: duckdb.Error, path: Path | None = None, *, snapshot: bool = False) -> WarehouseError:
    """The error in the operator's words. What DuckDB said stays in it where it says more than the code.

    `snapshot`: the file is what was published, not the collection itself, and may be deleted.
    """
    said = str(error)
    first_line = said.splitlines()[0] if said else type(error).__name__
    where = f" ({path})" if path else ""
    if "Could not set lock" in said or "Conflicting lock" in said:
        found = re.search(r"\(PID (\d+)\)", said)
        who = f"process {found[1]}" if found else "another process"
        detail = f"the warehouse file is open in {who}{where}. Close it there; query the snapshot instead."
        return WarehouseError(load_problem("file-in-use", detail, path))
    if re.search(r"No space left|disk.{0,20}full|File too large|max_temp_directory_size", said, re.IGNORECASE):
        detail = f"the disk is full{where}. All earlier steps are stored, nothing of this one; free some and run again"
        return WarehouseError(load_problem("disk-full", detail, path))
    if isinstance(error, duckdb.OutOfMemoryException):
        detail = (
            f"the memory limit is too small for this step{where}; raise memory_limit in settings.yaml. {first_line}"
        )
        return WarehouseError(load_problem("out-of-memory", detail, path))
    if is_conflict(error):
        detail = f"another writer of the lake committed first; nothing of this step was stored: run it again{where}"
        return WarehouseError(load_problem("lake-conflict", detail, path))
    if re.search(r"Unable to connect to Postgres|HTTP Error|Could not establish connection|Could not connect", said):
        detail = f"the lake's catalog or store does not answer, or refuses{where}: {first_line}"
        return WarehouseError(load_problem("lake-unreachable", detail, path))
    if _DAMAGED.search(said):
        remedy = (
            "Delete it: the next night publishes it anew, or, at once: sovwatch warehouse publish"
            if snapshot
            else "Move it away, but keep it; then bring the newest backup back (sovwatch restore FOLDER) or, without "
            "one, make the warehouse anew from the archive (sovwatch rebuild)."
        )
        what = "the snapshot is damaged" if snapshot else "the warehouse file is damaged"
        return WarehouseError(load_problem("damaged", f"{what}{where}: {first_line} {remedy}", path))
    return WarehouseError(load_problem("cannot-open", f"the warehouse cannot be used{where}: {first_line}", path))


def load_problem(code: str, detail: str, path: Path | None) -> Problem:
    """A problem of the warehouse itself."""
    return Problem(stage="load", url=path.as_uri() if path and path.is_absolute() else None, code=code, detail=detail)
