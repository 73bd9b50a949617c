"""What a snapshot says of itself, so that the next publication writes only what has changed since.

`snapshot_base` holds one row: how the snapshot is made (schema, views, macros, versions, as one digest), and its size
when it was last written anew. `snapshot_parts` holds what was published of each table: rows, where they ended in the
writer's table, and the sum of their hashes. Postings of the search index are told apart by segment instead, since
there are hundreds a report and a segment never changes.

Hashes leave out texts and their like (`COVERED`): reading those is most of what writing them costs. For each stands a
column that changes whenever they do; and each publication compares one night of the past in full.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import duckdb

from warehouse.batches import batch
from warehouse.public import Columns, comment_statement, shown_as
from warehouse.search.macros import MACROS, macro_sql
from warehouse.sql import load_sql

# Raised when what a snapshot holds, or how parts are told, changes without its schema doing so.
LAYOUT = 1
POSTINGS = "search_postings"
DOCS = "search_docs"
WORDS = "search_words"
VERSIONS = "article_versions"
INFO = "snapshot_info"  # the snapshot's own, empty in the writer's file
# Tables that readers look things up in, in the order that makes it quick.
ORDERS = {WORDS: "ORDER BY word"}
# Columns that are not hashed, as others change with them: content_hash (or text_in, where a copy's text is dropped)
# with what a version says, fingerprint with what an entry says. Places are the snapshot's own.
COVERED: Mapping[str, frozenset[str]] = {
    VERSIONS: frozenset(("text", "captions", "tables", "links")),
    "entries": frozenset(("summary",)),
    DOCS: frozenset(("place",)),
}
# Tables with covered columns: the column by which one night of the past is found in them.
BY_RUN = {VERSIONS: "run_id", "entries": "first_run_id"}
TABLES = (
    """CREATE TABLE snapshot.snapshot_base (layout VARCHAR NOT NULL, written_at TIMESTAMPTZ NOT NULL,
    bytes BIGINT NOT NULL, rows BIGINT NOT NULL)""",
    """CREATE TABLE snapshot.snapshot_parts (table_name VARCHAR NOT NULL, first BIGINT NOT NULL, last BIGINT NOT NULL,
    rows BIGINT NOT NULL, checksum VARCHAR NOT NULL)""",
)
COLUMNS = {"table_name": "VARCHAR", "first": "BIGINT", "last": "BIGINT", "rows": "BIGINT", "checksum": "VARCHAR"}
COMMENTS = (
    ("snapshot_base", None, "How this snapshot was made, for the next publication. One row."),
    ("snapshot_base", "layout", "Digest of schema, views, macros and versions: another one means writing it anew."),
    ("snapshot_base", "written_at", "Clock of the run that wrote the file anew; later ones added to it."),
    ("snapshot_base", "bytes", "Size of the file then."),
    ("snapshot_base", "rows", "Rows in all tables then."),
    ("snapshot_parts", None, "What was published of each table, for the next publication. One row a part."),
    ("snapshot_parts", "table_name", "The table."),
    ("snapshot_parts", "first", "search_postings: number of a segment's first article; else rows that lie sorted."),
    ("snapshot_parts", "last", "search_postings: number of its last article; else the place after the last row."),
    ("snapshot_parts", "rows", "How many rows."),
    ("snapshot_parts", "checksum", "Sum of the rows' hashes; of postings, what cut the words."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What stands of a table: see `COMMENTS`."""

    table: str
    first: int
    last: int
    rows: int
    checksum: str


def hashed(table: str, columns: Columns) -> list[str]:
    """The columns of the table that are hashed."""
    return [name for name, _, _ in columns if name not in COVERED.get(table, ())]


def as_written(names: list[str]) -> str:
    """The hash of a row by these columns."""
    return f"hash({', '.join(quoted(name) for name in names)})"


def as_shown(table: str, columns: Columns, *, every: bool = False) -> str:
    """The hash that the writer's row has in the snapshot; of `every` column, or of those that are hashed."""
    shown = {name: shown_as(name, comment).rpartition(" AS ")[0] or quoted(name) for name, _, comment in columns}
    return f"hash({', '.join(shown[name] for name in (shown if every else hashed(table, columns)))})"


def quoted(name: str) -> str:
    """The name as SQL spells it."""
    return f'"{name}"'


def find_layout(con: duckdb.DuckDBPyConnection, tables: dict[str, Columns], views: list[str], comments: Any) -> str:
    """The digest of all that decides how a snapshot of the connection's warehouse looks, but for its rows."""
    macros = [macro_sql(name) for name in MACROS]
    hiding = con.execute(load_sql("publish_hiding")).fetchall()
    facts = (LAYOUT, duckdb.__version__, sorted(tables.items()), views, sorted(map(repr, comments)), macros, hiding)
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def find_part(
    con: duckdb.DuckDBPyConnection, home: str, table: str, columns: Columns, *, upto: int
) -> tuple[Part, Part]:
    """What the writer's table holds, and what it holds before place `upto`."""
    before, tail = (
        _sum_rows(con, f'"{home}"."{table}"', hashed(table, columns), where)
        for where in (f"rowid < {upto}", f"rowid >= {upto}")
    )
    rows, checksum = before[0] + tail[0], before[1] + tail[1]
    whole = Part(table=table, first=0, last=max(before[2], tail[2]), rows=rows, checksum=str(checksum))
    return whole, Part(table=table, first=0, last=upto, rows=before[0], checksum=str(before[1]))


def _sum_rows(
    con: duckdb.DuckDBPyConnection, source: str, names: list[str], where: str
) -> tuple[int, int, int]:  # fmt: skip
    """How many rows, the sum of their hashes, and the place after the last one."""
    # Asked of each stretch by itself: sums over all rows with a FILTER cost a third more. Places stand as numbers, so
    # that DuckDB reads no more than the stretch.
    row = con.execute(
        f"""SELECT count(*), coalesce(sum({as_written(names)}::HUGEINT), 0)::HUGEINT, coalesce(max(rowid) + 1, 0)
        FROM {source} WHERE {where}"""
    ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1]), int(row[2])


def find_parts(con: duckdb.DuckDBPyConnection, home: str, table: str, columns: Columns) -> list[Part]:
    """What the writer's table holds, of which all that lies in an order does so."""
    if table == POSTINGS:
        return find_segments(con, home)
    part, _ = find_part(con, home, table, columns, upto=0)
    return [replace(part, first=part.rows)]


def find_segments(con: duckdb.DuckDBPyConnection, home: str) -> list[Part]:
    """The segments of the writer's search index."""
    rows = con.execute(f'SELECT first_doc, last_doc, postings, analyzer FROM "{home}".search_segments ORDER BY 1')
    return [
        Part(table=POSTINGS, first=first, last=last, rows=number, checksum=analyzer)
        for first, last, number, analyzer in rows.fetchall()
    ]


def read_parts(con: duckdb.DuckDBPyConnection) -> dict[str, list[Part]]:
    """What the attached snapshot says that it holds, by table."""
    parts: dict[str, list[Part]] = {}
    asked = "SELECT table_name, first, last, rows, checksum FROM snapshot.snapshot_parts ORDER BY table_name, first"
    for table, first, last, rows, checksum in con.execute(asked).fetchall():
        parts.setdefault(table, []).append(Part(table=table, first=first, last=last, rows=rows, checksum=checksum))
    return parts


def write_parts(con: duckdb.DuckDBPyConnection, parts: list[Part]) -> None:
    """Replaces what the attached snapshot says that it holds; inside the transaction that makes it true."""
    con.execute("DELETE FROM snapshot.snapshot_parts")
    rows = [
        {"table_name": part.table, "first": part.first, "last": part.last, "rows": part.rows, "checksum": part.checksum}
        for part in parts
    ]
    with batch(con, rows, COLUMNS):
        con.execute("INSERT INTO snapshot.snapshot_parts BY NAME SELECT * FROM batch")


def create_parts(con: duckdb.DuckDBPyConnection) -> None:
    """Both tables, empty, in the attached snapshot."""
    for sql in TABLES:
        con.execute(sql)


def note_base(con: duckdb.DuckDBPyConnection, *, layout: str, written_at: datetime, bytes: int) -> None:
    """Writes down that the attached snapshot was written anew, and how."""
    con.execute(
        "INSERT INTO snapshot.snapshot_base SELECT ?, ?, ?, coalesce(sum(rows), 0) FROM snapshot.snapshot_parts",
        [layout, written_at, bytes],
    )


def comment_parts(con: duckdb.DuckDBPyConnection) -> None:
    """Comments on both tables, in the current database."""
    for table, column, text in COMMENTS:
        con.execute(comment_statement("TABLE", table, column, text))
