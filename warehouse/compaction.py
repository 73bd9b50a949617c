"""Keeps the writer's file small and whole: its log written out, room that nothing uses given back."""

from __future__ import annotations

from pathlib import Path

from warehouse.connection import Connection, open_file

COMPARED = "SELECT table_name, estimated_size FROM duckdb_tables() WHERE database_name = ? AND NOT internal ORDER BY 1"


def write_out(con: Connection) -> None:
    """What stands in the file's log goes into the file itself, so that the file alone is the warehouse."""
    con.execute("CHECKPOINT")


def upgrade_file(path: Path, *, memory_limit: str) -> None:
    """Brings a warehouse file to this version's schema and writes out its log."""
    con = open_file(path, memory_limit=memory_limit)
    try:
        write_out(con)
    finally:
        con.close()


def unused_share(con: Connection) -> float:
    """The share of the file (0 to 1) that holds nothing: what compaction would give back."""
    row = con.execute("SELECT total_blocks, free_blocks FROM pragma_database_size() LIMIT 1").fetchone()
    return float(row[1]) / float(row[0]) if row and row[0] else 0.0


def write_compact(source: Path, target: Path, *, memory_limit: str) -> None:
    """The warehouse at `source` written anew to `target`, tables in order, without the room that nothing uses.

    `source` must be nobody's: a copy. Raises `duckdb.Error`; `target` is then of no use. Counts are checked.
    """
    con = open_file(source, memory_limit=memory_limit)
    try:
        quoted = str(target).replace("'", "''")
        row = con.execute("SELECT current_database()").fetchone()
        assert row is not None
        con.execute(f"ATTACH '{quoted}' AS compact")
        con.execute(f'COPY FROM DATABASE "{row[0]}" TO compact')
        con.execute("CHECKPOINT compact")
        here = con.execute(COMPARED, [row[0]]).fetchall()
        there = con.execute(COMPARED, ["compact"]).fetchall()
        con.execute("DETACH compact")
    finally:
        con.close()
    lacking = {table for table, _ in here} - {table for table, _ in there}
    if lacking:
        raise RuntimeError(f"the compacted warehouse lacks {', '.join(sorted(lacking))}")
