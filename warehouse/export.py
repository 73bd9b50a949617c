"""A question's answer for a file: one statement that only reads, its rows one after the other or as Parquet."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.ask import Answer, ask, objection
from warehouse.connection import Connection, WarehouseError, load_problem


def close_to_outside(con: Connection) -> None:
    """From here on no question of this connection reads or writes any file but the snapshot, for good.

    A lake's data lies outside of the connection's own database; there, reading it must stay allowed.
    """
    if con.execute("SELECT current_database()").fetchone() == ("memory",):
        return
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")


def check_question(con: Connection, sql: str) -> str:
    """The question, if it is one statement that only reads. Raises WarehouseError with code `sql` if not."""
    try:
        statements = con.extract_statements(sql)
    except duckdb.Error as error:
        raise objection(error) from error
    if len(statements) != 1:
        raise WarehouseError(load_problem("sql", f"an export takes one question; these are {len(statements)}", None))
    if statements[0].type.name not in ("SELECT", "EXPLAIN"):
        said = f"an export only reads; this is a statement of kind {statements[0].type.name}"
        raise WarehouseError(load_problem("sql", said, None))
    return statements[0].query


def ask_for_export(con: Connection, sql: str) -> Answer:
    """The answer's columns and rows. Raises WarehouseError with code `sql` where the question is wrong or writes."""
    return ask(con, check_question(con, sql))


def write_parquet(con: Connection, sql: str, file: Path) -> int:
    """Writes the answer as a Parquet file, with DuckDB's own types; gives the number of rows.

    Raises WarehouseError with code `sql` where the question is wrong, OSError where the file cannot be written.
    """
    question = check_question(con, sql)
    try:
        relation = con.sql(question)
        if relation is None:
            raise WarehouseError(load_problem("sql", "this question has no answer to write", None))
        reader = pa.RecordBatchReader.from_stream(relation)
        rows = 0
        with pq.ParquetWriter(file, _plain_schema(reader.schema), compression="zstd") as writer:
            for batch in reader:
                writer.write_table(pa.Table.from_batches([batch]).rename_columns(writer.schema.names))
                rows += batch.num_rows
    except duckdb.Error as error:
        raise objection(error) from error
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        said = f"Parquet cannot hold this answer ({str(error).splitlines()[0]}); cast the column to VARCHAR"
        raise WarehouseError(load_problem("sql", said, None)) from error
    return rows


def _plain_schema(schema: pa.Schema) -> pa.Schema:
    """The schema with its names made unique: Parquet knows a column by its name."""
    names: list[str] = []
    for name in schema.names:
        number = 1
        while (f"{name}_{number}" if number > 1 else name) in names:
            number += 1
        names.append(f"{name}_{number}" if number > 1 else name)
    return pa.schema([field.with_name(name) for field, name in zip(schema, names, strict=True)])
