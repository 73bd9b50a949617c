"""Keeps the writer's file small and whole: its log written out, rows that were deleted given back."""

from __future__ import annotations

from pathlib import Path

from warehouse.connection import Connection, open_file


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
