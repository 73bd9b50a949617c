"""Merges small segments of the index, so that a term stands in few stretches of the table of postings.

Each night adds a segment. Once enough small ones have gathered they become one, and one that has grown past `SMALL`
is left alone for good: a night's work stays bounded however large the index is.
"""

from __future__ import annotations

from collections.abc import Sequence

from warehouse.batches import transaction
from warehouse.connection import Connection
from warehouse.sql import load_sql

SMALL = 8_000  # articles: segments below may be merged
ENOUGH = 6  # so many small ones, and they are merged
MOST = 12_000  # articles that a merge may write

Segment = tuple[int, int]  # numbers of the first and the last article


def choose_segments(segments: Sequence[Segment]) -> list[Segment]:
    """The neighbouring small segments that are to become one, or none; the segments are given in order."""
    runs: list[list[Segment]] = [[]]
    for segment in segments:
        if _size(segment) >= SMALL:
            runs.append([])
        elif sum(map(_size, runs[-1])) + _size(segment) > MOST:
            runs.append([segment])
        else:
            runs[-1].append(segment)
    return next((run for run in runs if len(run) >= ENOUGH), [])


def merge_segments(con: Connection) -> int:
    """How many segments became one (0: there were not enough), in one transaction. Removed articles go for good."""
    known = [(first, last) for first, last, _ in con.execute(load_sql("search_segments")).fetchall()]
    chosen = choose_segments(known)
    if not chosen:
        return 0
    bounds = {"first": chosen[0][0], "last": chosen[-1][1]}
    with transaction(con):
        con.execute(f"CREATE OR REPLACE TEMP TABLE search_merged AS {load_sql('search_merged')}", bounds)
        con.execute(load_sql("search_delete_postings"), bounds)
        con.execute("INSERT INTO search_postings SELECT * FROM search_merged")
        con.execute(load_sql("search_join_segments"), bounds)
        con.execute(load_sql("search_drop_segments"), bounds)
        con.execute("DROP TABLE search_merged")
    return len(chosen)


def _size(segment: Segment) -> int:
    return segment[1] - segment[0] + 1
