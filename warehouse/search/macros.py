"""The macros of the snapshot: the queries that the program runs itself, under names that any client can call."""

from __future__ import annotations

import re

from warehouse.connection import Connection
from warehouse.sql import load_sql

# Macro to its parameters, and what they are where they are not given; None: they have to be.
MACROS: dict[str, dict[str, str | None]] = {
    "search": {
        "query": None,
        "topic": "NULL",
        "source": "NULL",
        "language": "NULL",
        "since": "NULL",
        "until": "NULL",
        "sort": "'best'",
        "top": "10",
        "opening": "'**'",
        "closing": "'**'",
    },
    "similar_articles": {"article": None, "top": "10"},
}


def create_macros(con: Connection, *, places: bool = True) -> None:
    """Creates the macros in the current database, which holds the index (`USE` it first).

    `places`: its `search_docs` says in which row of `article_versions` an article stands, as in a snapshot file.
    """
    for name in MACROS:
        con.execute(macro_sql(name, places=places))


def macro_sql(name: str, *, places: bool = True) -> str:
    """The statement that creates the macro: its query with `$name` for a parameter turned into `name`."""
    sql = load_sql(name) if places else by_id(load_sql(name))
    body = re.sub(r"\$([a-z]+)\b", r"\1", re.sub(r"(?m)^--.*\n", "", sql))
    given = [key if value is None else f"{key} := {value}" for key, value in MACROS[name].items()]
    return f"CREATE OR REPLACE MACRO {name}({', '.join(given)}) AS TABLE {body}"


def by_id(sql: str) -> str:
    """The query for where places are not known: articles are looked up by id, which is slower."""
    return sql.replace("v.rowid = d.place", "v.article_id = d.article_id AND v.version = d.version")
