"""Brings an earlier snapshot up to what the writer's tables hold, by writing what has changed since.

Nothing is taken for granted: the rows that were published are hashed again in the writer's table (but for texts; see
`warehouse/snapshot_parts.py`). Where the sum is what it was, what stands behind them is new and is added. Where it is
not, both tables are compared row by row. Afterwards counts, the places of the search index and one night of the past,
texts included, must agree; where anything does not, the snapshot is written anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

import duckdb

from warehouse.batches import transaction
from warehouse.public import Columns, shown_as
from warehouse.snapshot_parts import (
    BY_RUN,
    INFO,
    ORDERS,
    POSTINGS,
    WORDS,
    Part,
    as_shown,
    as_written,
    find_part,
    find_segments,
    hashed,
    read_parts,
    write_parts,
)
from warehouse.sql import load_sql

# Rows that DuckDB keeps together: what is read of a table for a few rows of it.
GROUP = 122_880
# A file that is this much larger than it should be is written anew, and so is one of which so much is empty.
OVERSIZE, EMPTY, SLACK = 1.3, 0.3, 64_000_000
# Words that were added after the sorted ones: so many, or such a share, and all are sorted again.
UNSORTED, UNSORTED_SHARE = 2 * GROUP, 0.125


class Outdated(Exception):
    """The earlier snapshot cannot be brought up to date, or was not rightly: it has to be written anew."""


class Misplaced(Outdated):
    """Rows have moved: those of a table from which some were deleted close up now and then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be written of a table: rows from place `tail` on; where `differs`, those of the temporary tables."""

    table: str
    columns: Columns
    parts: list[Part]
    tail: int | None = None
    differs: bool = False
    anew: bool = False
    gone: tuple[tuple[int, int], ...] = ()
    fresh: tuple[tuple[int, int], ...] = ()

    @property
    def writes(self) -> bool:
        """Whether there is anything to write."""
        return self.tail is not None or self.differs or self.anew or bool(self.gone or self.fresh)


def bring_up_to_date(
    con: duckdb.DuckDBPyConnection,
    home: str,
    tables: dict[str, Columns],
    *,
    layout: str,
    published_at: datetime,
    stamp: str | None,
) -> None:
    """Writes what has changed into the earlier snapshot that is attached as `snapshot`, and checkpoints it.

    Raises Outdated where that cannot be done; the attached file is then of no use.
    """
    known = _known_parts(con, layout, tables)
    _check_size(con, known)
    parts: list[Part] = []
    for table, columns in tables.items():
        if table == INFO:
            continue
        change = _find_change(con, home, table, columns, known.get(table, []), known)
        if change.writes:
            with transaction(con):
                _apply(con, home, change)
        parts += change.parts
    with transaction(con):
        write_parts(con, parts)
        con.execute("DELETE FROM snapshot.snapshot_info")
        con.execute("INSERT INTO snapshot.snapshot_info VALUES (?, ?)", [published_at, stamp])
        _set_places(con, every=False)
    con.execute("CHECKPOINT snapshot")


def place_anew(con: duckdb.DuckDBPyConnection) -> None:
    """Writes down all places of the search index once more in the attached snapshot, after `Misplaced`."""
    with transaction(con):
        _set_places(con, every=True)
    con.execute("CHECKPOINT snapshot")


def check_snapshot(con: duckdb.DuckDBPyConnection, home: str, tables: dict[str, Columns], *, turn: int) -> None:
    """Compares the attached snapshot with the writer's tables: counts, places, and night number `turn` in full.

    Raises Outdated where they differ; Misplaced where `place_anew` may help.
    """
    for table in tables.keys() - {INFO}:
        if _count(con, f'"{home}"."{table}"') != _count(con, f'snapshot."{table}"'):
            raise Outdated(f"{table} has another number of rows")
    if _misplaced(con):
        raise Misplaced("places of the search index are wrong")
    runs = [row[0] for row in con.execute(f'SELECT run_id FROM "{home}".runs ORDER BY as_of, run_id').fetchall()]
    for table, key in BY_RUN.items():
        if table in tables and runs:
            _compare(con, home, table, tables[table], f"{key} = ?", [runs[turn % len(runs)]])
    segments = find_segments(con, home)
    if segments:
        one = segments[turn % len(segments)]
        columns = [column for column in tables[POSTINGS] if column[0] != "positions"]  # lists cost ten times as much
        _compare(con, home, POSTINGS, columns, f"doc BETWEEN {one.first} AND {one.last}", [])


def _known_parts(con: duckdb.DuckDBPyConnection, layout: str, tables: dict[str, Columns]) -> dict[str, list[Part]]:
    row = con.execute("SELECT layout FROM snapshot.snapshot_base").fetchone()
    if row is None or row[0] != layout:
        raise Outdated("it was made in another way")
    known = read_parts(con)
    if lacking := tables.keys() - known.keys() - {POSTINGS, INFO}:
        raise Outdated(f"it does not say what it holds of {', '.join(sorted(lacking))}")
    return known


def _check_size(con: duckdb.DuckDBPyConnection, known: dict[str, list[Part]]) -> None:
    total, free, size = _one(con, load_sql("publish_size"))
    then, rows_then = _one(con, "SELECT bytes, rows FROM snapshot.snapshot_base")
    if free > EMPTY * total and free * size > SLACK:
        raise Outdated("much of it is empty")
    rows = sum(part.rows for parts in known.values() for part in parts)
    if total * size > OVERSIZE * then * max(1.0, rows / max(1, rows_then)) + SLACK:
        raise Outdated("it is larger than it should be")


def _find_change(
    con: duckdb.DuckDBPyConnection, home: str, table: str, columns: Columns, parts: list[Part],
    known: dict[str, list[Part]],
) -> Change:  # fmt: skip
    if table == POSTINGS:
        return _find_segment_change(con, home, columns, parts)
    before = parts[0]
    now, then = find_part(con, home, table, columns, upto=before.last)
    now = replace(now, first=before.first)
    if (then.rows, then.checksum) != (before.rows, before.checksum):
        if table == WORDS:  # they were numbered anew: no posting means what it did
            known[POSTINGS] = []
            return Change(table=table, columns=columns, parts=[replace(now, first=now.rows)], anew=True)
        return Change(table=table, columns=columns, parts=[now], differs=True)
    if table == WORDS and now.rows - before.first > max(UNSORTED, UNSORTED_SHARE * before.first):
        return Change(table=table, columns=columns, parts=[replace(now, first=now.rows)], anew=True)
    return Change(table=table, columns=columns, parts=[now], tail=before.last if now.rows > before.rows else None)


def _find_segment_change(
    con: duckdb.DuckDBPyConnection, home: str, columns: Columns, parts: list[Part]
) -> Change:  # fmt: skip
    now = find_segments(con, home)
    gone = tuple((part.first, part.last) for part in parts if part not in now)
    fresh = tuple((part.first, part.last) for part in now if part not in parts)
    return Change(table=POSTINGS, columns=columns, parts=now, gone=gone, fresh=fresh)


# Bounds stand in the queries as numbers: given as parameters, they would not spare DuckDB from reading all rows.


def _apply(con: duckdb.DuckDBPyConnection, home: str, change: Change) -> None:
    shown = ", ".join(shown_as(name, comment) for name, _, comment in change.columns)
    source, target = f'"{home}"."{change.table}"', f'snapshot."{change.table}"'
    if change.anew:
        con.execute(f"DELETE FROM {target}")
        con.execute(f"INSERT INTO {target} SELECT {shown} FROM {source} {ORDERS.get(change.table, '')}")
    if change.tail is not None:
        con.execute(f"INSERT INTO {target} SELECT {shown} FROM {source} WHERE rowid >= {change.tail}")
    if change.differs:
        _write_differing(con, source, target, shown, change)
    for first, last in change.gone:
        con.execute(f"DELETE FROM {target} WHERE doc BETWEEN {first} AND {last}")
    for first, last in change.fresh:
        con.execute(f"INSERT INTO {target} SELECT {shown} FROM {source} WHERE doc BETWEEN {first} AND {last}")


def _write_differing(con: duckdb.DuckDBPyConnection, source: str, target: str, shown: str, change: Change) -> None:
    """Removes rows that the writer has not, or has otherwise, and adds those that are not there."""
    here, there = as_shown(change.table, change.columns), as_written(hashed(change.table, change.columns))
    con.execute(f"CREATE OR REPLACE TEMP TABLE rows_here AS SELECT rowid AS r, {here} AS h FROM {source}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE rows_there AS SELECT rowid AS r, {there} AS h FROM {target}")
    con.execute(
        """CREATE OR REPLACE TEMP TABLE rows_differing AS SELECT h
        FROM (SELECT h, 1 AS one FROM rows_here UNION ALL SELECT h, -1 FROM rows_there)
        GROUP BY h HAVING sum(one) <> 0"""
    )
    con.execute(
        f"""DELETE FROM {target}
        WHERE rowid IN (SELECT t.r FROM rows_there AS t SEMI JOIN rows_differing AS d ON d.h = t.h)"""
    )
    con.execute(
        """CREATE OR REPLACE TEMP TABLE rows_wanted AS
        SELECT w.r FROM rows_here AS w SEMI JOIN rows_differing AS d ON d.h = w.h"""
    )
    wanted = [row[0] for row in con.execute("SELECT r FROM rows_wanted ORDER BY r").fetchall()]
    for _, group in groupby(wanted, key=lambda place: place // GROUP):  # each reads a stretch of the table, not all
        places = list(group)
        con.execute(
            f"""INSERT INTO {target} SELECT {shown} FROM {source}
            WHERE rowid BETWEEN {places[0]} AND {places[-1]} AND rowid IN (SELECT r FROM rows_wanted)"""
        )
    for table in ("rows_here", "rows_there", "rows_differing", "rows_wanted"):
        con.execute(f"DROP TABLE {table}")


def _set_places(con: duckdb.DuckDBPyConnection, *, every: bool) -> None:
    """Writes down in which row of article_versions an article of the search index stands."""
    con.execute(
        f"""UPDATE snapshot.search_docs SET place = v.rowid FROM snapshot.article_versions AS v
        WHERE v.article_id = search_docs.article_id AND v.version = search_docs.version
        {"" if every else "AND search_docs.place IS NULL"}"""
    )


def _misplaced(con: duckdb.DuckDBPyConnection) -> bool:
    return bool(
        con.execute(
            """SELECT 1 FROM snapshot.search_docs AS d LEFT JOIN snapshot.article_versions AS v ON v.rowid = d.place
            WHERE v.article_id IS DISTINCT FROM d.article_id OR v.version IS DISTINCT FROM d.version LIMIT 1"""
        ).fetchall()
    )


def _compare(
    con: duckdb.DuckDBPyConnection, home: str, table: str, columns: Columns, where: str, asked: Sequence[object]
) -> None:
    """Raises Outdated where rows differ in any of the columns."""
    names = [name for name, _, _ in columns]
    here = con.execute(
        f'SELECT count(*), sum({as_shown(table, columns, every=True)}::HUGEINT) FROM "{home}"."{table}" WHERE {where}',
        asked,
    ).fetchone()
    there = con.execute(
        f'SELECT count(*), sum({as_written(names)}::HUGEINT) FROM snapshot."{table}" WHERE {where}', asked
    ).fetchone()
    if here != there:
        raise Outdated(f"{table} differs in what was published earlier")


def _count(con: duckdb.DuckDBPyConnection, relation: str) -> int:
    return int(_one(con, f"SELECT count(*) FROM {relation}")[0])


def _one(con: duckdb.DuckDBPyConnection, sql: str) -> tuple[int, ...]:
    row = con.execute(sql).fetchone()
    if row is None:
        raise Outdated("it lacks what it should say of itself")
    return row
