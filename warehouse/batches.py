"""Rows in and out of DuckDB by the batch, as Arrow tables: 36,000 rows a second where executemany does 500.

A query that reads a batch says so in its first line, `-- batch(entry_id VARCHAR, topics VARCHAR[])`, and finds the
rows in the table `batch`. Where it says `IN ($keys)`, the values of the batch's first column stand there as constants:
these are looked up by a primary key, where a join would read the whole table, years of it.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import duckdb
import pyarrow as pa

from warehouse.connection import WarehouseError, explain
from warehouse.sql import load_sql

Row = Mapping[str, Any]
T = TypeVar("T")

# Two writers of a lake that keep meeting in one table: so often, and at first after so many seconds, it is tried again.
CONFLICT_TRIES = 12
CONFLICT_WAIT_S = 0.05
# Constants in a query: of more than 2,000 DuckDB does not use the index, and reading a column once is then as quick.
MOST_KEYS = 1_000

_SCALARS: Mapping[str, pa.DataType] = {
    "VARCHAR": pa.string(),
    "JSON": pa.string(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "UBIGINT": pa.uint64(),
    "DOUBLE": pa.float64(),
    "FLOAT": pa.float32(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "BLOB": pa.binary(),
    "TIMESTAMPTZ": pa.timestamp("us", tz="UTC"),
    "TIMESTAMP WITH TIME ZONE": pa.timestamp("us", tz="UTC"),
}
_KEYS = "($keys)"
_BATCH_LINE = re.compile(r"\A-- batch\((?P<columns>.+)\)\n")


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All that is written inside is there after the block, or, if it raises (or the machine dies), none of it.

    Raises WarehouseError where the disk or the memory gave out (close the connection then, and open it anew), and,
    on a lake, where another writer committed first (code `lake-conflict`; see `commit_work` and `try_again`).
    """
    con.execute("BEGIN TRANSACTION")
    try:
        yield
        con.execute("COMMIT")
    except duckdb.Error as error:
        _give_up(con)
        explained = explain(error)
        if explained.problem.code in ("disk-full", "out-of-memory", "lake-conflict"):
            raise explained from error
        raise
    except BaseException:
        _give_up(con)
        raise


def commit_work(con: duckdb.DuckDBPyConnection, work: Callable[[], T]) -> T:
    """What `work` gives, done in one transaction; done again where another writer of the lake committed first.

    `work` must do all its reading inside, so that it decides anew. Raises what `work` raises, and WarehouseError
    (`lake-conflict`) where it met others time after time.
    """

    def once() -> T:
        with transaction(con):
            return work()

    return try_again(once)


def try_again(step: Callable[[], T], *, tries: int = CONFLICT_TRIES) -> T:
    """What `step` gives; it is done again, after a random and growing wait, where another writer committed first.

    For steps that may be killed and run again at any point. Any other error is raised at once.
    """
    for number in range(1, tries + 1):
        try:
            return step()
        except WarehouseError as error:
            if error.problem.code != "lake-conflict" or number == tries:
                raise
            time.sleep(random.uniform(0.5, 1.5) * CONFLICT_WAIT_S * min(2.0**number, 64.0))
    raise AssertionError("unreachable")


def _give_up(con: duckdb.DuckDBPyConnection) -> None:
    # After a failed COMMIT (a full disk) there may be nothing left to roll back; the first error is the one to show.
    try:
        con.execute("ROLLBACK")
    except duckdb.Error:
        return


def add_rows(con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Row]) -> None:
    """Inserts the rows into the table, by the names of the first row's keys; other columns get their defaults."""
    if not rows:
        return
    types = {row[0]: row[1] for row in con.execute(f'DESCRIBE "{table}"').fetchall()}
    with batch(con, rows, {name: types[name] for name in rows[0]}):
        con.execute(f'INSERT INTO "{table}" BY NAME SELECT * FROM batch')


def run_batch(
    con: duckdb.DuckDBPyConnection, name: str, rows: Sequence[Row], params: Mapping[str, Any] | None = None
) -> list[tuple[Any, ...]]:
    """The answer of the query `name`, which reads `rows` from the table `batch`; nothing is run for no rows."""
    if not rows:
        return []
    sql, given = load_sql(name), dict(params or {})
    columns = batch_columns(sql)
    if _KEYS in sql:
        key = next(iter(columns))
        keys = {f"key{number}": row[key] for number, row in enumerate(rows)} if len(rows) <= MOST_KEYS else {}
        listed = ", ".join(f"${name}" for name in keys) or f"SELECT {key} FROM batch"
        sql = sql.replace(_KEYS, f"({listed})")
        given |= keys
    with batch(con, rows, columns):
        return con.execute(sql, given).fetchall()


def batch_columns(sql: str) -> dict[str, str]:
    """Names and types of the batch that the query reads; empty where it reads none."""
    found = _BATCH_LINE.match(sql)
    if found is None:
        return {}
    pairs = [column.split(maxsplit=1) for column in found["columns"].split(",")]
    return {pair[0]: pair[1] for pair in pairs}


@contextmanager
def batch(con: duckdb.DuckDBPyConnection, rows: Sequence[Row], columns: Mapping[str, str]) -> Iterator[None]:
    """The rows stand in the table `batch` inside the block. A column that a row lacks is NULL."""
    con.register("batch", arrow_table(rows, columns))
    try:
        yield
    finally:
        con.unregister("batch")


def arrow_table(rows: Sequence[Row], columns: Mapping[str, str]) -> pa.Table:
    """The rows as an Arrow table with the given DuckDB column types. Lone surrogates become question marks."""
    return pa.table(
        {name: _array([row.get(name) for row in rows], _arrow_type(kind)) for name, kind in columns.items()}
    )


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
    try:
        return pa.array(values, kind)
    except UnicodeEncodeError:
        return pa.array([clean_text(value) for value in values], kind)


def clean_text(value: Any) -> Any:
    """The value with lone surrogates, which no UTF-8 can hold, replaced in every string in it."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, Mapping):
        return {clean_text(key): clean_text(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean_text(item) for item in value]
    return value


def _arrow_type(kind: str) -> pa.DataType:
    kind = kind.strip()
    if kind.endswith("[]"):
        return pa.list_(_arrow_type(kind[:-2]))
    if kind.startswith("STRUCT("):
        fields = (item.strip().split(maxsplit=1) for item in kind.removeprefix("STRUCT(").removesuffix(")").split(","))
        return pa.struct([(name.strip('"'), _arrow_type(item)) for name, item in fields])
    return _SCALARS[kind]
