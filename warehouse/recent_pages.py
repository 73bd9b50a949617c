"""The latest pages of every site, as temporary tables beside those of the warehouse: what a site repeats is looked for
in them, batch after batch, and not each time in all pages of all years.

They are made by one look at all pages when a connection first needs them, and again when the warehouse has other rows
than it should (another writer, a replay undone); inside of the caller's transaction, which undoes them with the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import duckdb

from warehouse.sql import load_sql

ALL, RECENT = "site_paragraphs", "recent_paragraphs"
ROOM: Final = 500_000  # rows that may be added before older ones are left out again

# Not among the queries: they name temporary tables.
_MAKE: Final = (
    "CREATE OR REPLACE TEMP TABLE site_pages AS SELECT DISTINCT site, article_id, seen_at FROM site_paragraphs",
    # All of the time since a site's so-many-th page before last: those that rank the pages choose among them.
    f"""CREATE OR REPLACE TEMP TABLE {RECENT} AS
    SELECT p.* FROM site_paragraphs AS p JOIN (
        SELECT site, min(seen_at) AS since FROM (
            SELECT site, seen_at FROM site_pages
            QUALIFY row_number() OVER (PARTITION BY site ORDER BY seen_at DESC) <= $most_pages
        ) GROUP BY site
    ) AS latest ON latest.site = p.site
    WHERE p.seen_at >= latest.since""",
    "CREATE OR REPLACE TEMP TABLE known_pages AS SELECT DISTINCT hash(site, article_id) AS page FROM site_pages",
    "DROP TABLE temp.site_pages",
    f"""CREATE OR REPLACE TEMP TABLE recent_state AS SELECT (SELECT count(*) FROM site_paragraphs) AS rows,
    (SELECT count(*) FROM {RECENT}) AS recent, $most_pages AS most_pages""",
)
_STANDS: Final = f"""SELECT rows = (SELECT count(*) FROM site_paragraphs) AND most_pages = $most_pages
    AND (SELECT count(*) FROM {RECENT}) < 2 * recent + {ROOM} FROM temp.recent_state"""
_SEEN: Final = """SELECT count(*) FROM known_pages WHERE page IN (
    SELECT hash(site, article_id) FROM (
        SELECT unnest(CAST($sites AS VARCHAR[])) AS site, unnest(CAST($article_ids AS VARCHAR[])) AS article_id
    ))"""
_ADD: Final = (
    f"INSERT INTO {ALL} SELECT * FROM fresh_paragraphs",
    f"INSERT INTO {RECENT} SELECT * FROM fresh_paragraphs",
    "INSERT INTO known_pages SELECT DISTINCT hash(site, article_id) FROM fresh_paragraphs",
    f"UPDATE recent_state SET rows = (SELECT count(*) FROM {ALL})",
    "DROP TABLE temp.fresh_paragraphs",
)


def recall_pages(con: duckdb.DuckDBPyConnection, *, most_pages: int) -> None:
    """Afterwards the table `RECENT` holds at least the latest `most_pages` pages of every site."""
    try:
        row = con.execute(_STANDS, {"most_pages": most_pages}).fetchone()
    except duckdb.CatalogException:
        row = None
    if row is None or not row[0]:
        for sql in _MAKE:
            con.execute(sql, {"most_pages": most_pages} if "$most_pages" in sql else None)


def add_paragraphs(con: duckdb.DuckDBPyConnection, given: Mapping[str, list[Any]]) -> None:
    """Adds those of articles that are not known yet, here and in the warehouse; after `recall_pages`."""
    asked = {name: given[name] for name in ("sites", "article_ids")}
    row = con.execute(_SEEN, asked).fetchone()
    fresh = load_sql("boilerplate_fresh")
    if row is not None and not row[0]:  # none is known at all: all of the years need not be asked
        fresh = fresh.replace(ALL, RECENT)
    con.execute(f"CREATE OR REPLACE TEMP TABLE fresh_paragraphs AS {fresh}", given)
    for sql in _ADD:
        con.execute(sql)
