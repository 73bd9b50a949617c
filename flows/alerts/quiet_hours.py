"""Quiet hours: from when to when a recipient wants no alert, on the clock of her own time zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from config.kinds import read_clock_range


def end_of_quiet_hours(at: datetime, hours: str | None, timezone: str) -> datetime | None:
    """The moment (UTC) when the quiet hours that `at` falls into end; None outside of them.

    `hours` is like "22:00-07:00" and may pass midnight; its end is not in it. On a night when the clocks change the
    end is what the wall clock shows; an end in the skipped hour is taken at the moment of the jump.
    """
    if hours is None:
        return None
    start, end = read_clock_range(hours)
    zone = ZoneInfo(timezone)
    local = at.astimezone(zone)
    wall = local.time()
    passes_midnight = end < start
    inside = (wall >= start or wall < end) if passes_midnight else (start <= wall < end)
    if not inside:
        return None
    day = local.date() + timedelta(days=1 if passes_midnight and wall >= start else 0)
    ends_at = datetime.combine(day, end, zone).astimezone(UTC)
    # In the hour that is repeated in autumn the first pass of the end may lie before `at`.
    return ends_at if ends_at > at else datetime.combine(day, end, zone).replace(fold=1).astimezone(UTC)
