"""Pages of the past as entries, by the thousand: three statements for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from extractors.model import Outcome
from warehouse.batches import batch, batch_columns
from warehouse.connection import Connection
from warehouse.sql import load_sql


class PastEntry(NamedTuple):
    """A page of a file as an entry that is not known yet; its address is its key.

    `seen_at` is when it counts as first seen. `outcome` None: it is `pending`, and `add_readings` follows.
    """

    entry_id: str
    feed_url: str
    entry_key: str
    url: str | None
    article_id: str | None
    fingerprint: str
    seen_at: datetime
    outcome: Outcome | None = None
    code: str | None = None


def add_past_entries(con: Connection, *, run_id: str, source_id: str, entries: Sequence[PastEntry]) -> None:
    """Adds the entries as taken up by the run, and the outcomes of those that have one. Inside the caller's
    transaction. The entries must not be known yet: `entries.add_feed_results` is for those that may be."""
    if not entries:
        return
    put_entries = load_sql("backfill_put_entries")
    with batch(con, [entry._asdict() for entry in entries], batch_columns(put_entries)):
        con.execute(put_entries, {"run_id": run_id, "source_id": source_id})
        con.execute(load_sql("backfill_put_taken"), {"run_id": run_id})
        con.execute(load_sql("backfill_put_outcomes"), {"run_id": run_id})
