"""Makes what people noted visible: into the warehouse before each publication, and at once where that is cheap."""

from __future__ import annotations

import contextlib
from datetime import datetime
from pathlib import Path
from typing import Literal

from extractors.model import Problem
from flows.night import snapshot_file, warehouse_file
from warehouse.annotations import FILE, load_annotations, read_annotations
from warehouse.connection import Connection, WarehouseError, open_file, open_snapshot
from warehouse.feeds_out import find_published_at
from warehouse.lake import is_pointer
from warehouse.lock import LockHeld, hold_lock
from warehouse.publish import publish_snapshot

# Publishing writes the whole snapshot: up to this size in a second or so. Larger ones are left to the night.
CHEAP_BYTES = 200_000_000
PATIENCE_S = 2.0
Shown = Literal["shown", "unchanged", "after this night", "after the next night"]


def annotations_file(state_dir: Path) -> Path:
    """Where the notes are."""
    return state_dir / FILE


def load_notes(con: Connection, state_dir: Path) -> list[Problem]:
    """Brings the table `annotations` up to what stands in the file; a problem for each line that cannot be read."""
    annotations, problems = read_annotations(annotations_file(state_dir))
    load_annotations(con, annotations)
    return problems


def show_notes(state_dir: Path, *, now: datetime, cheap_bytes: int = CHEAP_BYTES) -> Shown:
    """Publishes the snapshot anew with the notes in it; says when they are seen in SQL if not now.

    Left to the night where one is under way (it publishes at its end) and where the snapshot is large. The file of
    annotations holds them in any case.
    """
    writer, snapshot = warehouse_file(state_dir), snapshot_file(state_dir)
    if not writer.exists() or not snapshot.exists():
        return "after the next night"
    if not is_pointer(snapshot) and snapshot.stat().st_size > cheap_bytes:
        return "after the next night"
    try:
        with hold_lock(state_dir, purpose="note", since=now, patience_s=PATIENCE_S), open_file(writer) as con:
            annotations, _ = read_annotations(annotations_file(state_dir))
            if not load_annotations(con, annotations):
                return "unchanged"
            with contextlib.closing(open_snapshot(snapshot)) as reader:
                published_at = find_published_at(reader)  # what is known is still that night's
            publish_snapshot(con, snapshot=snapshot, published_at=published_at or now)
    except LockHeld:
        return "after this night"
    except WarehouseError:
        return "after the next night"
    return "shown"
