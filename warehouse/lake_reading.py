"""A lake as its readers see it: the published version, under the same names and comments as in a snapshot file.

The tables are views in the reader's own memory, each over one version of a table of the lake, so that what is read
stays the same however long the reader goes on; what is private is left out and secrets are masked, as in a snapshot
file (`warehouse/public.py`). The lake's own tables can still be reached by their full names (`house.entries`): who may
read those is decided by the access rights of catalog and store.
"""

from __future__ import annotations

from datetime import datetime

import duckdb

from warehouse.lake import HOUSE, Lake, LakeFault, attach_lake, current_version
from warehouse.migrate import check_known, migrate, migrations
from warehouse.public import comment_statement, public_columns, shown_as
from warehouse.sql import load_sql

INFO = "snapshot_info"


def show_lake(con: duckdb.DuckDBPyConnection, lake: Lake, *, published: bool) -> int:
    """Fills the connection's own (empty, in-memory) database with views over the lake; gives the version shown.

    `published`: the version that was published last, public tables only; else the latest one with all tables. Raises
    LakeFault where nothing was published yet and NewerWarehouse where a newer version of the program wrote the lake.
    """
    from warehouse.search.macros import create_macros  # late: search stands on connections, and these on this file

    attach_lake(con, lake, read_only=True)
    held = {row[0] for row in con.execute(load_sql("lake_tables"), {"house": HOUSE}).fetchall()}
    if "schema_migrations" not in held:
        raise LakeFault("no-snapshot", "the lake is empty: it is filled by the first run (sovwatch run)")
    done = dict(con.execute(f"SELECT number, name FROM {HOUSE}.schema_migrations").fetchall())
    check_known(done.values(), migrations())
    info = _last_publication(con) if published else None
    version = int(info[1]) if info else current_version(con)
    con.execute(f"DETACH {HOUSE}")  # what follows asks the catalog's functions, which would go through the lake too
    migrate(con, only=done)
    create_macros(con, places=False)
    tables = [row[0] for row in con.execute(load_sql("lake_tables"), {"house": "memory"}).fetchall()]
    comments = con.execute(load_sql("publish_comments")).fetchall()
    public = public_columns(con)
    con.execute("BEGIN TRANSACTION")
    for table in tables:
        con.execute(f'DROP TABLE "{table}"')
    con.execute("COMMIT")
    attach_lake(con, lake, read_only=True)
    con.execute("BEGIN TRANSACTION")  # as one: the lake is asked for its state once
    for table in tables:
        if table == INFO:
            con.execute(f"CREATE VIEW {INFO} AS {_facts(info)}")
        elif published and table in public:
            chosen = ", ".join(shown_as(name, comment) for name, _, comment in public[table])
            con.execute(f'CREATE VIEW "{table}" AS SELECT {chosen} FROM {HOUSE}."{table}" AT (VERSION => {version})')
        elif not published and table in held:
            con.execute(f'CREATE VIEW "{table}" AS SELECT * FROM {HOUSE}."{table}" AT (VERSION => {version})')
        else:
            continue
        shown = {None, *(name for name, _, _ in public.get(table, ()))}
        for _, relation, column, comment in comments:
            if relation == table and (column in shown or not published):
                con.execute(comment_statement("VIEW", relation, column, comment))
    con.execute("COMMIT")
    return version


def _facts(info: tuple[datetime, str] | None) -> str:
    at, stamp = (info[0].isoformat(), info[1]) if info else ("epoch", "")
    return f"SELECT TIMESTAMPTZ '{at}' AS published_at, '{stamp}' AS stamp" + ("" if info else " LIMIT 0")


def _last_publication(con: duckdb.DuckDBPyConnection) -> tuple[datetime, str]:
    row = con.execute(f"SELECT published_at, stamp FROM {HOUSE}.{INFO} ORDER BY stamp::BIGINT DESC LIMIT 1").fetchone()
    if row is None:
        raise LakeFault("no-snapshot", "nothing was published in this lake yet: that is done at the end of a run")
    return row[0], row[1]
