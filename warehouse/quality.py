"""How good the alerts were, by what people marked: labels for evaluating and tuning."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime

from warehouse.connection import Connection
from warehouse.sql import load_sql
from warehouse.stories.model import DevelopmentKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A development that was told as news (no update), and its label.

    `false_alarm`: one of its reports or its storyline is marked so. `noted`: somebody wrote or marked anything there,
    so that somebody has looked.
    """

    development_id: str
    kind: DevelopmentKind
    headline: str
    told_at: datetime
    weight: float
    score: float
    topics: tuple[str, ...]
    reasons: tuple[str, ...]
    false_alarm: bool
    noted: bool
    article_ids: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision:
    """The share that was right, 0 to 1, with its 95 % interval (Wilson 1927); None and 0 to 1 where nothing counts."""

    counted: int
    wrong: int
    value: float | None
    low: float
    high: float


def find_told(con: Connection, *, since: datetime | None = None, until: datetime | None = None) -> list[Told]:
    """Every first and turn told in the span, both ends included, with its label, in order of telling."""
    rows = con.execute(load_sql("quality_developments"), {"since": since, "until": until}).fetchall()
    return [
        Told(
            development_id=row[0], kind=row[1], headline=row[2], told_at=row[3].astimezone(UTC), weight=row[4],
            score=row[5], topics=tuple(row[6]), reasons=tuple(row[7]), false_alarm=row[8], noted=row[9],
            article_ids=frozenset(row[10] or ()),
        )
        for row in rows
    ]  # fmt: skip


def judge_precision(counted: int, wrong: int, *, z: float = 1.959964) -> Precision:
    """The precision of so many, of which some were wrong. Honest for few, and for none wrong."""
    if counted == 0:
        return Precision(counted=0, wrong=0, value=None, low=0.0, high=1.0)
    share = (counted - wrong) / counted
    middle = share + z * z / (2 * counted)
    spread = z * math.sqrt(share * (1 - share) / counted + z * z / (4 * counted * counted))
    below = 1 + z * z / counted
    return Precision(
        counted=counted, wrong=wrong, value=share, low=max(0.0, (middle - spread) / below),
        high=min(1.0, (middle + spread) / below),
    )  # fmt: skip
