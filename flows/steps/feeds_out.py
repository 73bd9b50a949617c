"""Writes the feeds that others can follow, after the snapshot is published. The night does not depend on them."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from config.house import House
from extractors.model import Problem
from flows.feeds_out.items import Manner
from flows.feeds_out.write import FeedFiles, write_feeds
from flows.night import Night


def feeds_folder(house: House) -> Path:
    """Where the feeds lie: within the briefing, whose pages link to them."""
    return house.settings.briefing_folder / "feeds"


def feeds_address(house: House) -> str | None:
    """Where readers find that folder, if the settings say; an address of files is none that a feed should name."""
    base = house.settings.briefing.base_url
    return f"{base}feeds/" if base and base.startswith("http") else None


def feed_manner(house: House) -> Manner:
    """How the house's feeds say things."""
    return Manner(
        zone=ZoneInfo(house.settings.schedule.timezone),
        topics={topic.id: topic.title for topic in house.topics},
        closed_use=house.settings.briefing.closed_use,
    )


def write_night_feeds(night: Night) -> FeedFiles | None:
    """The files; None where there is no briefing, or where that failed: why is then one of the night's problems."""
    house = night.house
    if not house.settings.briefing.enabled:
        return None
    folder = feeds_folder(house)
    with night.timed("feeds out"):
        try:
            return write_feeds(
                night.con, folder, feed_manner(house), now=night.as_of, sources=house.sources,
                base_url=feeds_address(house),
            )  # fmt: skip
        except Exception as error:  # whatever it is: all else is done, and must not count as failed for this
            said = f"{type(error).__name__}: {error}"
            detail = f"the feeds in {folder} were not all written ({said}); those that were are whole"
            night.problems.append(Problem(stage="publish", url=None, code="feeds-failed", detail=detail))
            return None
