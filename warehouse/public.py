"""What readers may see of a warehouse: the schema's own comments decide.

A table without a comment, or whose comment begins with `Private:`, is for the writer only; so is a column whose
comment begins with `Private:`. A text column whose comment ends with `Secrets hidden.` is shown with passwords, keys,
tokens and mail addresses replaced by stars.
"""

from __future__ import annotations

from collections import defaultdict

import duckdb

from warehouse.sql import load_sql

PRIVATE = "Private:"
MASKED = "Secrets hidden."

# (column, type, comment)
Columns = list[tuple[str, str, str]]


def public_columns(con: duckdb.DuckDBPyConnection) -> dict[str, Columns]:
    """Table to columns of what readers of the connection's own database may see."""
    tables: dict[str, Columns] = defaultdict(list)
    for table, table_comment, column, kind, comment in con.execute(load_sql("publish_columns")).fetchall():
        if table_comment and not table_comment.startswith(PRIVATE) and not comment.startswith(PRIVATE):
            tables[table].append((column, kind, comment))
    return dict(tables)


def shown_as(column: str, comment: str) -> str:
    """The SQL expression that shows the column to readers."""
    return f'hide_secrets("{column}") AS "{column}"' if comment.endswith(MASKED) else f'"{column}"'


def comment_statement(kind: str, relation: str, column: str | None, comment: str) -> str:
    """The statement that gives a relation (of kind TABLE or VIEW), or one of its columns, its comment."""
    text = comment.replace("'", "''")
    target = f'{kind} "{relation}"' if column is None else f'COLUMN "{relation}"."{column}"'
    return f"COMMENT ON {target} IS '{text}'"
