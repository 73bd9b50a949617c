"""Leaves the night's briefing: pages of what is known, from the snapshot that was just published."""

from __future__ import annotations

import contextlib
from pathlib import Path
from zoneinfo import ZoneInfo

from config.house import House
from extractors.model import Problem
from flows.briefing.cards import Manner
from flows.briefing.write import Briefed, write_briefing
from flows.night import Night, snapshot_file
from flows.report import NightReport
from warehouse.connection import WarehouseError, open_snapshot


def brief_night(night: Night, report: NightReport) -> Path | None:
    """The front page; None where the briefing is off or could not be written. The night stands either way.

    What went wrong is added to the report's problems.
    """
    house = night.house
    if not house.settings.briefing.enabled:
        return None
    try:
        with night.timed("briefing"):
            briefed = write_house_briefing(house)
    except WarehouseError as error:
        report.problems.append(error.problem)
        return None
    except Exception as error:
        # All that matters is stored, told and published by now: not even a bug in a page may undo the night.
        detail = f"the briefing could not be written ({type(error).__name__}: {error}); try: sovwatch briefing"
        report.problems.append(Problem(stage="publish", url=None, code="briefing-failed", detail=detail[:400]))
        return None
    if briefed.problem:
        report.problems.append(briefed.problem)
    return briefed.index


def write_house_briefing(house: House, *, anew: bool = False) -> Briefed:
    """The briefing of the house's last snapshot, in the folder that the settings name.

    Raises WarehouseError where there is no snapshot, OSError where the folder cannot be written.
    """
    settings = house.settings
    snapshot = snapshot_file(settings.state_dir)
    with contextlib.closing(open_snapshot(snapshot, memory_limit=settings.memory_limit)) as con:
        return write_briefing(con, settings.briefing_folder, manner_of(house), anew=anew)


def manner_of(house: House) -> Manner:
    """How the house's pages say things: its time zone and topics, and what its settings allow to quote."""
    return Manner(
        zone=ZoneInfo(house.settings.schedule.timezone),
        topics={topic.id: topic.title for topic in house.topics},
        closed_use=house.settings.briefing.closed_use,
    )
