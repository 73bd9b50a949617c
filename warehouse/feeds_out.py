"""What feeds out are made of: developments of a span with the time when each was told, and the house's own times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from warehouse.connection import Connection
from warehouse.sql import load_sql
from warehouse.stories import Development, find_developments


@dataclass(frozen=True, slots=True, kw_only=True)
class Tellings:
    """Developments and when each was told; when the house's first run was, None where there was none."""

    developments: tuple[Development, ...]
    told_at: dict[str, datetime]
    began_at: datetime | None


def find_tellings(con: Connection, *, since: datetime) -> Tellings:
    """What was told since then, complete as it was told."""
    developments = find_developments(con, since=since)
    told = con.execute(load_sql("feeds_told_at"), {"since": since}).fetchall()
    began, _ = _house_times(con)
    return Tellings(
        developments=tuple(developments),
        told_at={row[0]: row[1].astimezone(UTC) for row in told},
        began_at=began,
    )


def find_published_at(con: Connection) -> datetime | None:
    """When the snapshot was published; None in the writer's own file."""
    return _house_times(con)[1]


def _house_times(con: Connection) -> tuple[datetime | None, datetime | None]:
    began, published = con.execute(load_sql("feeds_first_run")).fetchone() or (None, None)
    return began.astimezone(UTC) if began else None, published.astimezone(UTC) if published else None
