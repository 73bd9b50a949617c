"""Which parts of which archive files were dealt with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from warehouse.batches import add_rows
from warehouse.connection import Connection
from warehouse.sql import load_sql

# File name, its size, where the part begins, since, until (ISO 8601, or empty).
PartName = tuple[str, int, int, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DonePart:
    """A part that was read and stored, and how many pages stood in it."""

    file: str
    bytes: int
    start: int
    since: str
    until: str
    pages: int


def find_done_parts(con: Connection) -> dict[PartName, int]:
    """Every part that was dealt with, with its number of pages."""
    return {tuple(row[:5]): row[5] for row in con.execute(load_sql("backfill_done_parts")).fetchall()}


def add_done_parts(con: Connection, parts: Sequence[DonePart], *, run_id: str, at: datetime) -> None:
    """Notes parts as done; inside the transaction that stores what was read in them."""
    add_rows(con, "backfill_parts", [asdict(part) | {"run_id": run_id, "done_at": at} for part in parts])
