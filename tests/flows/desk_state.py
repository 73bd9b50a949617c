"""State folders after the three invented nights: a fresh one, and one for all tests of a process that only read it."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from flows.night import snapshot_file, warehouse_file
from tests.warehouse.invented import NIGHTS
from tests.warehouse.populated import fill
from warehouse.connection import open_file
from warehouse.dates_ahead import add_dates_ahead
from warehouse.publish import publish_snapshot
from warehouse.search import index_articles


def make_state(folder: Path) -> Path:
    """The folder, with warehouse and snapshot after the three nights and nothing that the desk adds."""
    with open_file(warehouse_file(folder)) as con:
        fill(con)
        publish_snapshot(con, snapshot=snapshot_file(folder), published_at=NIGHTS["n3"])
    return folder


@cache
def state_after_three_nights() -> Path:
    """The folder, with warehouse, search index and snapshot. Not to be written to: copy it."""
    folder = Path(tempfile.mkdtemp(prefix="sovwatch-desk-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with open_file(warehouse_file(folder)) as con:
        fill(con)
        index_articles(con)
        add_dates_ahead(con)
        publish_snapshot(con, snapshot=snapshot_file(folder), published_at=NIGHTS["n3"])
    return folder
