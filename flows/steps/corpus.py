"""Makes the reference corpus known: what ships with the program."""

from __future__ import annotations

from flows.night import Night
from warehouse.reference import add_shipped
from warehouse.store import transaction


def load_reference(night: Night) -> int:
    """How many reference articles became known tonight; none on most nights."""
    with night.timed("duckdb"), transaction(night.con):
        return add_shipped(night.con, run_id=night.run_id, as_of=night.as_of)
