"""The SQL of the warehouse lives in `warehouse/queries/*.sql`, one query a file."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def load_sql(name: str) -> str:
    """The query in `warehouse/queries/<name>.sql`; parameters are written `$name`."""
    return (files("warehouse.queries") / f"{name}.sql").read_text(encoding="utf-8")
