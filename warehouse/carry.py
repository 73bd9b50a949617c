"""Carries a warehouse across, from a file to a lake or back, table by table, and verifies every table.

A table is compared first, by count and checksum, and carried only where it differs: what was cut off goes on where it
stopped. A table is filled in one transaction. Nothing is ever changed in the warehouse that is carried.
"""

from __future__ import annotations

import contextlib
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.batches import transaction
from warehouse.connection import Connection, WarehouseError, attach_warehouse, explain, load_problem, open_file
from warehouse.sql import load_sql

SOURCE = "carried"
# Made by the target itself: its migrations, and what was published there.
NOT_CARRIED = frozenset(("schema_migrations", "snapshot_info"))


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedTable:
    """One table: its rows, the checksum that both sides have, and whether it was equal before."""

    table: str
    rows: int
    checksum: str
    was_there: bool


def carry_house(
    source: Path, target: Path, *, memory_limit: str = "1GB", replace: bool = False, only: Container[str] | None = None
) -> Iterator[CarriedTable]:
    """Makes the warehouse at `target` equal to the one at `source`; gives each table once it is verified.

    Paths are those of `connection.open_file`: a file or the description of a lake; both are brought to this version's
    schema. `only` names the tables, where not all are wanted. Raises WarehouseError: `not-empty` where the target has
    runs that the source has not (unless `replace`), `carried-wrong` where a table's checksum differs after all, and
    what `open_file` raises. What was carried until then stays; the next call goes on after it.
    """
    with contextlib.closing(open_file(source, memory_limit=memory_limit)) as past:
        wanted = {table: names for table, names in _tables(past).items() if only is None or table in only}
    with contextlib.closing(open_file(target, memory_limit=memory_limit)) as con, attach_warehouse(con, source, SOURCE):
        try:
            home = _home(con)
            if not replace:
                _refuse_strangers(con, home, target)
            with transaction(con):  # as one: the lake is asked for its state once
                there = {table: _sum(con, f'{SOURCE}."{table}"', columns) for table, columns in wanted.items()}
                here = {table: _sum(con, f'{home}."{table}"', columns) for table, columns in wanted.items()}
            for table in sorted(wanted, key=lambda table: (there[table][0], table)):  # what is wrong shows early
                rows, checksum = there[table]
                if here[table] != there[table]:
                    _carry_table(con, home, table, wanted[table], there[table], empty=here[table][0] == 0)
                was_there = here[table] == there[table]
                yield CarriedTable(table=table, rows=rows, checksum=checksum, was_there=was_there)
        except duckdb.Error as error:
            raise explain(error, target) from error


def _tables(con: Connection) -> dict[str, tuple[str, ...]]:
    """Table to its columns, in their order."""
    found = con.execute(load_sql("lake_tables"), {"house": _home(con)}).fetchall()
    return {
        table: tuple(row[0] for row in con.execute(f'DESCRIBE "{table}"').fetchall())
        for (table,) in found
        if table not in NOT_CARRIED
    }


def _home(con: Connection) -> str:
    return str(con.execute("SELECT current_database()").fetchall()[0][0])


def _carry_table(
    con: Connection, home: str, table: str, columns: tuple[str, ...], wanted: tuple[int, str], *, empty: bool
) -> None:
    here = f'{home}."{table}"'
    names = ", ".join(f'"{name}"' for name in columns)
    if not empty:  # on its own: a file's key would count a row that goes and comes back as two
        con.execute(f"TRUNCATE {here}")
    with transaction(con):
        con.execute(f'INSERT INTO {here} ({names}) SELECT {names} FROM {SOURCE}."{table}"')
    found = _sum(con, here, columns)
    if found != wanted:
        detail = (f"{table} has {found[0]} rows (checksum {found[1]}) after it was carried, {wanted[0]} ({wanted[1]}) "
                  "before; the warehouse that was carried is as it was")  # fmt: skip
        raise WarehouseError(load_problem("carried-wrong", detail, None))


def _sum(con: Connection, relation: str, columns: tuple[str, ...]) -> tuple[int, str]:
    """Rows, and the sum of their hashes: the same in any order, and other where a row is missing, changed or twice."""
    names = ", ".join(f'"{name}"' for name in columns)
    row = con.execute(f"SELECT count(*), coalesce(sum(hash({names})), 0) FROM {relation}").fetchall()[0]
    return int(row[0]), f"{int(row[1]) % 2**64:016x}"


def _refuse_strangers(con: Connection, home: str, target: Path) -> None:
    strange = con.execute(
        f"SELECT count(*), min(run_id) FROM {home}.runs WHERE run_id NOT IN (SELECT run_id FROM {SOURCE}.runs)"
    ).fetchall()[0]
    if strange[0]:
        detail = (f"{target.name} holds {strange[0]} runs that the other warehouse has not (the first: {strange[1]}); "
                  "carrying would lose them. Say --replace if that is meant.")  # fmt: skip
        raise WarehouseError(load_problem("not-empty", detail, None))


def find_doubles(con: Connection, keys: dict[str, tuple[str, ...]]) -> dict[str, int]:
    """Table to how many keys stand there more than once: what a lake does not check itself. Empty is well."""
    doubles = {}
    for table, columns in keys.items():
        names = ", ".join(f'"{name}"' for name in columns)
        twice = f'SELECT 1 FROM "{table}" GROUP BY {names} HAVING count(*) > 1'
        found = int(con.execute(f"SELECT count(*) FROM ({twice})").fetchall()[0][0])
        if found:
            doubles[table] = found
    return doubles


def find_keys(plain: Connection) -> dict[str, tuple[str, ...]]:
    """Table to the columns of its primary key, as the schema of a file (`connection.open_memory`) has them."""
    return {table: tuple(columns) for table, columns in plain.execute(load_sql("schema_keys")).fetchall()}


