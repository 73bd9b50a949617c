"""Publishes the night: one atomic step from the writer's file to the readers' snapshot; old responses go.

Before that, what the desk adds is brought up to date: notes that people wrote, dates ahead in what was
told, the search index.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from extractors.model import Problem
from flows.annotating import load_notes
from flows.night import Night, snapshot_file
from flows.steps.dates import find_dates
from flows.steps.indexing import index_night
from warehouse.publish import publish_snapshot


def publish_night(night: Night, *, anew: bool = False) -> Path:
    """The snapshot, up to date or left as it was where nothing has changed; with `anew` all of it is written."""
    days = night.house.settings.retention.archive_days
    if days is not None:
        night.archive.prune(now=night.as_of, keep=timedelta(days=days))
    _bring_desk_up_to_date(night)
    index_night(night)
    file = snapshot_file(night.house.settings.state_dir)
    with night.timed("publishing"):
        return publish_snapshot(night.con, snapshot=file, published_at=night.clock(), anew=anew).path


def _bring_desk_up_to_date(night: Night) -> None:
    """What fails here is one of the night's problems, and no reason not to publish."""
    try:
        night.problems.extend(load_notes(night.con, night.house.settings.state_dir))
        find_dates(night)
    except Exception as error:  # news that is told and mailed must be published, whatever a note or a date holds
        detail = f"notes or dates ahead were not brought up to date ({type(error).__name__}: {error})"
        night.problems.append(Problem(stage="publish", url=None, code="desk-failed", detail=detail[:400]))
