"""Publishes the night: one atomic step from the writer's file to the readers' snapshot; old responses go."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from flows.night import Night, snapshot_file
from warehouse.publish import publish_snapshot


def publish_night(night: Night) -> Path:
    """The snapshot, new or left as it was where nothing has changed."""
    days = night.house.settings.retention.archive_days
    if days is not None:
        night.archive.prune(now=night.as_of, keep=timedelta(days=days))
    file = snapshot_file(night.house.settings.state_dir)
    with night.timed("publishing"):
        return publish_snapshot(night.con, snapshot=file, published_at=night.clock()).path
