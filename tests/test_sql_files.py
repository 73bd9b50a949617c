"""Every query in warehouse/queries is one that DuckDB understands against the migrated schema, and is used."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import duckdb
import pytest

from warehouse.batches import batch_columns
from warehouse.connection import Connection, open_memory

QUERIES = Path(__file__).parents[1] / "warehouse" / "queries"
NAMES = sorted(path.stem for path in QUERIES.glob("*.sql"))
PARAMETER = re.compile(r"(?<![\w$'])\$([a-z_]+)")


@cache
def warehouse() -> Connection:
    return open_memory()


def without_comments(sql: str) -> str:
    return re.sub(r"--[^\n]*", "", sql)


def parameters(sql: str) -> list[str]:
    return sorted(set(PARAMETER.findall(without_comments(sql))))


def explain(sql: str, params: dict[str, object]) -> None:
    con = warehouse()
    columns = batch_columns(sql)
    if columns:
        described = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        con.execute(f"CREATE OR REPLACE TEMP TABLE batch ({described})")
    con.execute(f"EXPLAIN {sql}", params)


@pytest.mark.parametrize("name", NAMES)
def test_the_query_fits_the_schema(name: str) -> None:
    sql = (QUERIES / f"{name}.sql").read_text(encoding="utf-8")
    wanted = parameters(sql)
    try:
        explain(sql, dict.fromkeys(wanted))
    except duckdb.BinderException:
        # `unnest($ids)` says no type: an empty list has one, nothing has none.
        explain(sql, {name: [] for name in wanted})


@pytest.mark.parametrize("name", NAMES)
def test_the_query_is_one_statement(name: str) -> None:
    sql = (QUERIES / f"{name}.sql").read_text(encoding="utf-8")
    assert len(duckdb.extract_statements(sql)) == 1


def test_every_query_is_used() -> None:
    rooms = [QUERIES.parent, QUERIES.parents[1] / "flows"]
    code = "\n".join(path.read_text(encoding="utf-8") for room in rooms for path in room.rglob("*.py"))
    assert [name for name in NAMES if f'"{name}"' not in code and f"'{name}'" not in code] == []


def test_a_broken_query_would_be_found() -> None:
    with pytest.raises(duckdb.Error):
        explain("SELECT no_such_column FROM entries", {})
