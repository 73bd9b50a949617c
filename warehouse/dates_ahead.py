"""Dates ahead of developments: found in their reports once, stored, and given by day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby

from extractors.dates_ahead import AheadCertainty, DateAhead, DateKind, extract_dates_ahead
from warehouse.batches import add_rows, run_batch, transaction
from warehouse.connection import Connection
from warehouse.sql import load_sql

# Raised where texts are read better: all developments are then read again, so many a night.
READING = 1
A_NIGHT = 600
MOST = 20
# Deadlines stand where the news is told; what stands below is mostly background.
_CHARACTERS = 8_000
_EXPLICIT: dict[AheadCertainty, int] = {"exact": 0, "inferred": 1, "approximate": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class ComingDate:
    """A date that a storyline's developments mention, in the words of the latest that does.

    `first_told_at` is when it was mentioned first, `mentions` by how many reports. The sentence is someone else's
    property: show no more than a quotation.
    """

    first_day: date
    last_day: date
    kind: DateKind
    certainty: AheadCertainty
    sentence: str
    part: tuple[int, int]
    storyline_id: str
    storyline_title: str
    development_id: str
    headline: str
    topics: tuple[str, ...]
    told_at: datetime
    article_id: str
    url: str
    outlet: str
    first_told_at: datetime
    mentions: int


def add_dates_ahead(con: Connection, *, limit: int = A_NIGHT) -> int:
    """How many developments were searched: the newest `limit` of those that were not yet, in one transaction."""
    rows = con.execute(load_sql("dates_unread"), {"reading": READING, "limit": limit}).fetchall()
    found = []
    read = []
    for development_id, reports in groupby(rows, key=lambda row: row[0]):
        read.append({"development_id": development_id, "reading": READING})
        pairs = [
            (row[1], one)
            for row in reports
            if row[1] is not None
            for one in extract_dates_ahead(
                f"{row[4]}\n{row[5] or ''}"[:_CHARACTERS], language=row[2], published_on=row[3].astimezone(UTC).date()
            )
        ]
        found += [
            {
                "development_id": development_id, "position": position, "article_id": article_id, "first_day": one.on,
                "last_day": one.until, "kind": one.kind, "certainty": one.certainty, "sentence": one.sentence,
                "part_start": one.start, "part_end": one.end,
            }
            for position, (article_id, one) in enumerate(choose_dates(pairs))
        ]  # fmt: skip
    if read:
        with transaction(con):
            run_batch(con, "dates_forget", read)
            add_rows(con, "development_dates", found)
            add_rows(con, "dates_read", read)
    return len(read)


def choose_dates(found: Iterable[tuple[str, DateAhead]], *, most: int = MOST) -> list[tuple[str, DateAhead]]:
    """Of (article, date) pairs each day once a kind, the surest first to say so; `other` only where nothing tells more.

    In order of days; at most `most`, those that are told for a purpose before others.
    """
    best: dict[tuple[date, date, DateKind], tuple[str, DateAhead]] = {}
    for article_id, one in found:
        key = (one.on, one.until, one.kind)
        if key not in best or _EXPLICIT[one.certainty] < _EXPLICIT[best[key][1].certainty]:
            best[key] = (article_id, one)
    told = {(on, until) for on, until, kind in best if kind != "other"}
    kept = [pair for (on, until, kind), pair in best.items() if kind != "other" or (on, until) not in told]
    kept.sort(key=lambda pair: (pair[1].kind == "other", _EXPLICIT[pair[1].certainty]))
    return sorted(kept[:most], key=lambda pair: (pair[1].on, pair[1].until, pair[1].kind))


def find_dates_ahead(con: Connection, *, since: date, storyline_id: str | None = None) -> list[ComingDate]:
    """The dates that end on `since` or later, of all storylines or of one, in order of days.

    An approximate one ("a hearing in April") is left out where the same storyline has the day ("a hearing on 21
    April").
    """
    params = {"since": since, "storyline_id": storyline_id}
    found = [
        ComingDate(
            first_day=row[0], last_day=row[1], kind=row[2], certainty=row[3], sentence=row[4], storyline_id=row[5],
            storyline_title=row[6], development_id=row[7], headline=row[8], topics=tuple(row[9]),
            told_at=row[10].astimezone(UTC), article_id=row[11], url=row[12], outlet=row[13], part=(row[14], row[15]),
            first_told_at=row[16].astimezone(UTC), mentions=row[17],
        )
        for row in con.execute(load_sql("dates_ahead_from"), params).fetchall()
    ]  # fmt: skip
    days: dict[tuple[str, DateKind], list[date]] = {}
    for one in found:
        if one.certainty != "approximate":
            days.setdefault((one.storyline_id, one.kind), []).append(one.first_day)
    return [
        one for one in found
        if one.certainty != "approximate"
        or not any(one.first_day <= day <= one.last_day for day in days.get((one.storyline_id, one.kind), ()))
    ]  # fmt: skip
