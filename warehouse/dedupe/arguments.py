"""Lists as query parameters: as text, which DuckDB casts at once; a list of values would be bound one by one."""

from __future__ import annotations

import json
from collections.abc import Iterable

from warehouse.dedupe.arrays import Array


def numbers_argument(values: Array) -> str:
    """Whole numbers for `CAST($name AS UINTEGER[])`: 100,000 in a twentieth of a second instead of fifteen seconds."""
    return str(values.tolist())


def texts_argument(values: Iterable[str]) -> str:
    """Strings for `CAST(CAST($name AS JSON) AS VARCHAR[])`."""
    return json.dumps(list(values))
