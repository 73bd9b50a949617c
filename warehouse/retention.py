"""What may be forgotten: entries that came to nothing, and the words by which old reports were compared.

Articles, verdicts, stories and what was told are never forgotten.
"""

from __future__ import annotations

from datetime import datetime

from warehouse.batches import Row, batch, transaction
from warehouse.connection import Connection
from warehouse.sql import load_sql

# So many are forgotten in one transaction: under a second, so that a night never waits longer than its patience.
BATCH = 20_000
OF_ENTRIES = ("entry_outcomes", "run_entries", "problem_log", "entries")


def forget_entries(con: Connection, *, before: datetime, limit: int = BATCH) -> int:
    """How many entries first seen before then were forgotten, with their outcomes; at most `limit`, in one transaction.

    Only those that ended without an article and whose own date lies before then too: a feed that still lists one of
    them makes it `aged-out` again. The sums of the runs stay in `runs.counts`.
    """
    rows = con.execute(load_sql("retention_old_entries"), {"before": before, "limit": limit}).fetchall()
    if not rows:
        return 0
    gone: list[Row] = [{"entry_id": row[0]} for row in rows]
    with transaction(con), batch(con, gone, {"entry_id": "VARCHAR"}):
        for table in OF_ENTRIES:
            con.execute(f"DELETE FROM {table} WHERE entry_id IN (SELECT entry_id FROM batch)")
    return len(gone)


def forget_terms(con: Connection, *, before: datetime) -> int:
    """How many reports dated before then lost the words that new ones are compared with; one transaction.

    Stories keep theirs. A backfill of a time so long ago finds no reports to compare with, only copies.
    """
    row = con.execute(load_sql("retention_old_terms"), {"before": before}).fetchone()
    count = int(row[0]) if row else 0
    if count:
        with transaction(con):
            con.execute("DELETE FROM article_terms WHERE member_at < ?", [before])
    return count
