"""Answers a question in SQL, row by row, so that a large answer needs no memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb

from warehouse.connection import Connection, WarehouseError, explain, load_problem

BATCH = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Column names and types of an answer, and its rows, which can be read once."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]


def ask(con: Connection, sql: str) -> Answer:
    """The answer to the last statement of `sql`. Raises WarehouseError with code `sql` where DuckDB has objections."""
    try:
        con.execute(sql)
        described = con.description or []
    except duckdb.Error as error:
        raise objection(error) from error
    columns = tuple(str(column[0]) for column in described)
    return Answer(columns=columns, types=tuple(str(column[1]) for column in described), rows=_rows(con))


def _rows(con: Connection) -> Iterator[tuple[Any, ...]]:
    while True:
        try:
            batch = con.fetchmany(BATCH)
        except duckdb.Error as error:
            raise objection(error) from error
        if not batch:
            return
        yield from batch


def objection(error: duckdb.Error) -> WarehouseError:
    """What is wrong with the question, in a line or a few; machine faults keep their own words."""
    explained = explain(error)
    if explained.problem.code != "cannot-open":
        return explained
    said = str(error).strip()
    if "read-only" in said:
        said = "the snapshot is read-only: it can be asked, not changed"
    elif isinstance(error, duckdb.CatalogException):
        said += '\n(sovwatch sql "SHOW ALL TABLES" lists what there is; docs/sql.md explains it)'
    return WarehouseError(load_problem("sql", said, None))
