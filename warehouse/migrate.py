"""Brings the schema of a warehouse forward, one numbered SQL file at a time."""

from __future__ import annotations

from importlib.resources import files

import duckdb


class NewerWarehouse(Exception):
    """The file was written by a newer version of the program; it was not touched."""


def migrations() -> list[tuple[int, str, str]]:
    """Number, name and SQL of every migration, in order."""
    found = [f for f in files("warehouse.migrations").iterdir() if f.name.endswith(".sql")]
    return sorted((int(f.name[:4]), f.name, f.read_text(encoding="utf-8")) for f in found)


def migrate(con: duckdb.DuckDBPyConnection) -> int:
    """Applies what is missing, each file in a transaction of its own; returns how many were applied.

    Raises NewerWarehouse, before anything is changed, if the file has migrations that this version does not know.
    """
    con.execute("CREATE TABLE IF NOT EXISTS schema_migrations (number INTEGER PRIMARY KEY, name VARCHAR NOT NULL)")
    done = dict(con.execute("SELECT number, name FROM schema_migrations").fetchall())
    known = migrations()
    newer = sorted(name for name in done.values() if name not in {name for _, name, _ in known})
    if newer:
        raise NewerWarehouse(
            f"this warehouse was written by a newer version of sovwatch (it has {', '.join(newer)}, which this version "
            "does not know). Install that version or a later one; the file was not changed."
        )
    todo = [migration for migration in known if migration[0] not in done]
    for number, name, sql in todo:
        con.execute("BEGIN TRANSACTION")
        try:
            con.execute(sql)
            con.execute("INSERT INTO schema_migrations VALUES (?, ?)", [number, name])
            con.execute("COMMIT")
        except BaseException:
            con.execute("ROLLBACK")
            raise
    return len(todo)
