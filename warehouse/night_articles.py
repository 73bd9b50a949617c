"""What a run stored, line by line, for its report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from warehouse.connection import Connection
from warehouse.sql import load_sql


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleLine:
    """One article stored in a run and the verdict on it; the shares (0 to 1) are set for copies and revisions."""

    article_id: str
    title: str
    outlet: str
    language: str | None
    url: str
    access: str
    relation: str
    topics: tuple[str, ...] = ()
    original_id: str | None = None
    original_title: str | None = None
    original_outlet: str | None = None
    share: float | None = None
    other_share: float | None = None
    adds_facts: bool | None = None


def find_night_articles(con: Connection, *, run_id: str) -> list[ArticleLine]:
    """The articles judged in the run, the first published first."""
    names = ArticleLine.__dataclass_fields__
    rows = con.execute(load_sql("night_articles"), {"run_id": run_id}).fetchall()
    return [
        ArticleLine(**dict(zip(names, (*row[:7], tuple(row[7] or ()), *row[8:]), strict=True)))
        for row in rows
    ]


def find_untold_times(con: Connection) -> list[datetime]:
    """The days (as their first moment) on which articles came up that no story holds yet."""
    return [row[0] for row in con.execute(load_sql("untold_days")).fetchall()]


def count_waiting(con: Connection) -> int:
    """How many entries wait for their page, due or not."""
    row = con.execute(load_sql("entries_waiting")).fetchone()
    assert row is not None
    return int(row[0])
