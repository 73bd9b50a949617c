"""Brings the schema of a warehouse forward, one numbered SQL file at a time."""

from __future__ import annotations

import contextlib
from collections.abc import Container, Iterable
from importlib.resources import files

import duckdb

from warehouse.lake import is_lake
from warehouse.migrate_lake import find_views, lake_statements


class NewerWarehouse(Exception):
    """The file was written by a newer version of the program; it was not touched."""


def migrations() -> list[tuple[int, str, str]]:
    """Number, name and SQL of every migration, in order."""
    found = [f for f in files("warehouse.migrations").iterdir() if f.name.endswith(".sql")]
    return sorted((int(f.name[:4]), f.name, f.read_text(encoding="utf-8")) for f in found)


def migrate(con: duckdb.DuckDBPyConnection, *, only: Container[int] | None = None) -> int:
    """Applies what is missing, each file in a transaction of its own; returns how many were applied.

    `only` names the numbers to apply, where not all are wanted. On a lake the files are applied in its own words
    (`warehouse/migrate_lake.py`) and in one transaction, as each costs a visit to catalog and store. Raises
    NewerWarehouse, before anything is changed, if the warehouse has migrations that this version does not know.
    """
    lake = is_lake(con)
    key = "NOT NULL" if lake else "PRIMARY KEY"
    con.execute(f"CREATE TABLE IF NOT EXISTS schema_migrations (number INTEGER {key}, name VARCHAR NOT NULL)")
    done = dict(con.execute("SELECT number, name FROM schema_migrations").fetchall())
    known = migrations()
    check_known(done.values(), known)
    views = find_views(sql for _, _, sql in known) if lake else frozenset[str]()
    todo = [migration for migration in known if migration[0] not in done and (only is None or migration[0] in only)]
    for files_of_one in [todo] if lake else [[migration] for migration in todo]:
        _apply(con, files_of_one, views if lake else None)
    return len(todo)


def _apply(con: duckdb.DuckDBPyConnection, todo: list[tuple[int, str, str]], views: frozenset[str] | None) -> None:
    """Applies the files in one transaction; `views` is None where the warehouse is no lake."""
    if not todo:
        return
    con.execute("BEGIN TRANSACTION")
    try:
        for _, _, sql in todo:
            for statement in (sql,) if views is None else lake_statements(sql, views):
                con.execute(statement)
        rows = [value for number, name, _ in todo for value in (number, name)]
        con.execute(f"INSERT INTO schema_migrations VALUES {', '.join(['(?, ?)'] * len(todo))}", rows)
        con.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(duckdb.TransactionException):  # a COMMIT that failed leaves nothing to roll back
            con.execute("ROLLBACK")
        raise


def check_known(done: Iterable[str], known: Iterable[tuple[int, str, str]]) -> None:
    """Raises NewerWarehouse if a migration was done that is not known."""
    names = {name for _, name, _ in known}
    newer = sorted(name for name in done if name not in names)
    if newer:
        raise NewerWarehouse(
            f"this warehouse was written by a newer version of sovwatch (it has {', '.join(newer)}, which this version "
            "does not know). Install that version or a later one; the file was not changed."
        )
