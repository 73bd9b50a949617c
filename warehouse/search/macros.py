"""The macro search() of the snapshot: the query that the program runs itself, under a name that any client can call."""

from __future__ import annotations

import re

from warehouse.connection import Connection
from warehouse.sql import load_sql

# Parameters with what they are where they are not given. `query` has to be given.
DEFAULTS: dict[str, str] = {
    "topic": "NULL",
    "source": "NULL",
    "language": "NULL",
    "since": "NULL",
    "until": "NULL",
    "sort": "'best'",
    "top": "10",
    "opening": "'**'",
    "closing": "'**'",
}
MACROS = ("search",)


def create_macros(con: Connection) -> None:
    """Creates the macros in the current database, which holds the index (`USE` it first)."""
    for name in MACROS:
        con.execute(macro_sql(name))


def macro_sql(name: str) -> str:
    """The statement that creates the macro: its query with `$name` for a parameter turned into `name`."""
    sql = load_sql(name)
    body = re.sub(r"\$([a-z]+)\b", r"\1", re.sub(r"(?m)^--.*\n", "", sql))
    given = [f"{key} := {value}" for key, value in DEFAULTS.items() if re.search(rf"\${key}\b", sql)]
    return f"CREATE OR REPLACE MACRO {name}({', '.join(['query', *given])}) AS TABLE {body}"
