"""The reference part of docs/sql.md, made from the comments in the snapshot.

python -m tests.warehouse.sql_reference      writes it anew
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.warehouse.examples import NIGHT
from warehouse.connection import Connection, open_memory, open_snapshot
from warehouse.publish import publish_snapshot

DOC = Path(__file__).parents[2] / "docs" / "sql.md"
HEADING = "## What there is\n"
RELATIONS = """
SELECT view_name, comment, true FROM duckdb_views() WHERE NOT internal
UNION ALL
SELECT table_name, comment, false FROM duckdb_tables() WHERE NOT internal
ORDER BY 3 DESC, 1
"""
COLUMNS = "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE table_name = $name ORDER BY column_index"


def reference(con: Connection) -> str:
    """Views with their columns, then tables with theirs, as Markdown."""
    parts = [HEADING, "Views first; the tables that they stand on after them. `DESCRIBE articles` shows one of them.\n"]
    last_is_view = None
    for name, comment, is_view in con.execute(RELATIONS).fetchall():
        if is_view != last_is_view:
            parts.append("### Views\n" if is_view else "### Tables\n")
            last_is_view = is_view
        columns = con.execute(COLUMNS, {"name": name}).fetchall()
        rows = "\n".join(f"| `{column}` | {_kind(kind)} | {_cell(meaning)} |" for column, kind, meaning in columns)
        parts.append(f"#### {name}\n\n{comment}\n\n| column | type | |\n|---|---|---|\n{rows}\n")
    return "\n".join(parts)


def snapshot_reference() -> str:
    """The reference of an empty snapshot: the schema alone."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sovwatch.duckdb"
        publish_snapshot(open_memory(commented=True), snapshot=path, published_at=NIGHT)
        with open_snapshot(path) as con:
            return reference(con)


def _kind(kind: str) -> str:
    return kind.replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ").replace('"', "")


def _cell(text: str) -> str:
    return text.removesuffix(" Secrets hidden.").replace("|", "\\|")


if __name__ == "__main__":
    DOC.write_text(DOC.read_text(encoding="utf-8").split(HEADING)[0] + snapshot_reference(), encoding="utf-8")
