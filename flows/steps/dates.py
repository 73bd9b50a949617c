"""Looks for dates ahead in what was told: deadlines, hearings, days on which something enters into force."""

from __future__ import annotations

from flows.night import Night
from warehouse.dates_ahead import add_dates_ahead


def find_dates(night: Night) -> int:
    """How many developments were searched; what is left over, after an upgrade, is searched in the nights to come."""
    with night.timed("dates ahead"):
        return add_dates_ahead(night.con)
