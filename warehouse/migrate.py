"""Brings the schema of a warehouse forward, one numbered SQL file at a time."""

from __future__ import annotations

from importlib.resources import files

import duckdb


def migrations() -> list[tuple[int, str, str]]:
    """Number, name and SQL of every migration, in order."""
    found = [f for f in files("warehouse.migrations").iterdir() if f.name.endswith(".sql")]
    return sorted((int(f.name[:4]), f.name, f.read_text(encoding="utf-8")) for f in found)


def migrate(con: duckdb.DuckDBPyConnection) -> int:
    """Applies what is missing, each file in a transaction of its own; returns how many were applied."""
    con.execute("CREATE TABLE IF NOT EXISTS schema_migrations (number INTEGER PRIMARY KEY, name VARCHAR NOT NULL)")
    done = {row[0] for row in con.execute("SELECT number FROM schema_migrations").fetchall()}
    todo = [m for m in migrations() if m[0] not in done]
    for number, name, sql in todo:
        con.execute("BEGIN")
        try:
            con.execute(sql)
            con.execute("INSERT INTO schema_migrations VALUES (?, ?)", [number, name])
            con.execute("COMMIT")
        except BaseException:
            con.execute("ROLLBACK")
            raise
    return len(todo)
