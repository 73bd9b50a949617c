"""Two warehouses compared row by row, and what a rebuilt one takes over from the one it replaces.

Tables are of three kinds. DERIVED ones follow from what came in: going through the archive again gives the same rows.
RENEWED ones are brought up to date whenever a night is published. All others hold what people and the outside world did
(mail that went out, notes, robots.txt of the day): they are taken over as they stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from warehouse.batches import transaction
from warehouse.connection import Connection
from warehouse.sql import load_sql

DERIVED = frozenset((
    "article_terms", "article_versions", "copy_documents", "copy_fingerprints", "copy_marks", "development_list",
    "development_outlets", "development_sentences", "entity_mentions", "entries", "entry_outcomes", "fetches",
    "kinships", "problem_log", "run_entries", "runs", "site_boilerplate", "site_paragraphs", "source_changes",
    "source_list", "source_states", "story_act_members", "story_acts", "story_list", "story_members", "story_terms",
    "storyline_facts", "storyline_list", "storyline_titles", "topic_hits", "verdicts",
))  # fmt: skip
RENEWED = frozenset((
    "dates_read", "development_dates", "schema_migrations", "search_docs", "search_fresh_forms", "search_fresh_tokens",
    "search_postings", "search_runs", "search_segments", "search_words", "snapshot_info",
))  # fmt: skip
# What the clock said while a run went on, or how long something took: never the same twice. (A fetch that failed has no
# other time than the clock's, and its id is a digest of it.)
TIMED: dict[str, frozenset[str]] = {
    "runs": frozenset(("started_at", "finished_at", "counts", "version", "state", "exit_code")),
    "fetches": frozenset(("fetch_id", "fetched_at", "elapsed_s")),
}
# What a reader of the collection sees as the collection itself.
ESSENTIAL = ("article_versions", "verdicts", "story_members", "story_list", "storyline_list", "development_list")

# Not among the queries: they name the attached file, which is there only while two warehouses are compared.
LOST_ARTICLES = """
    SELECT count(DISTINCT article_id) FROM other.main.article_versions AS there
    WHERE NOT EXISTS (SELECT 1 FROM main.article_versions AS here WHERE here.article_id = there.article_id)
"""
TAKE_RUN_TIMES = """
    UPDATE main.runs AS here
    SET started_at = there.started_at, finished_at = there.finished_at, state = there.state,
        exit_code = there.exit_code, counts = there.counts, version = there.version
    FROM other.main.runs AS there WHERE there.run_id = here.run_id
"""
TAKE_OTHER_RUNS = """
    INSERT INTO main.runs BY NAME
    SELECT * FROM other.main.runs AS there
    WHERE NOT EXISTS (SELECT 1 FROM main.runs AS here WHERE here.run_id = there.run_id)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDifference:
    """Of one table: rows in this warehouse and in the other, and rows that have no equal on the other side."""

    table: str
    rows: int
    other_rows: int
    only_here: int
    only_there: int

    @property
    def differing(self) -> int:
        """Rows without an equal, on both sides together."""
        return self.only_here + self.only_there


def compare_warehouses(
    con: Connection,
    other: Path,
    *,
    tables: frozenset[str] = DERIVED,
    leave_out: dict[str, frozenset[str]] | None = None,
) -> list[TableDifference]:
    """Every table of `tables` that both have, compared row by row, by name.

    `leave_out` names columns that do not count, beside the clock's own. `other` is opened read-only; no other process
    may be writing it.
    """
    ignored = leave_out or {}
    with _attached(con, other):
        columns = _shared_columns(con)
        found = []
        for table in sorted(tables & columns.keys()):
            unequal = TIMED.get(table, frozenset()) | ignored.get(table, frozenset())
            chosen = ", ".join(f'"{name}"' for name in columns[table] if name not in unequal)
            here, there = f'SELECT {chosen} FROM main."{table}"', f'SELECT {chosen} FROM other.main."{table}"'
            found.append(
                TableDifference(
                    table=table,
                    rows=_count(con, f'SELECT count(*) FROM main."{table}"'),
                    other_rows=_count(con, f'SELECT count(*) FROM other.main."{table}"'),
                    only_here=_count(con, f"SELECT count(*) FROM ({here} EXCEPT ALL {there})"),
                    only_there=_count(con, f"SELECT count(*) FROM ({there} EXCEPT ALL {here})"),
                )
            )
        return found


def count_lost_articles(con: Connection, other: Path) -> int:
    """How many articles the other warehouse has that this one has not."""
    with _attached(con, other):
        return _count(con, LOST_ARTICLES)


def carry_over(con: Connection, other: Path) -> dict[str, int]:
    """Takes everything that is neither DERIVED nor RENEWED over from the other warehouse.

    So too what it knew of its runs' times. Gives the rows of each table. One transaction: all of it or nothing. What
    stands in those tables here is replaced.
    """
    taken: dict[str, int] = {}
    with _attached(con, other), transaction(con):
        columns = _shared_columns(con)
        for table in sorted(columns.keys() - DERIVED - RENEWED):
            names = ", ".join(f'"{name}"' for name in columns[table])
            con.execute(f'TRUNCATE main."{table}"')
            con.execute(f'INSERT INTO main."{table}" ({names}) SELECT {names} FROM other.main."{table}"')
            taken[table] = _count(con, f'SELECT count(*) FROM main."{table}"')
        con.execute(TAKE_RUN_TIMES)
        con.execute(TAKE_OTHER_RUNS)
    return taken


class _attached:
    """The other warehouse under the name `other`, read-only, inside the block."""

    def __init__(self, con: Connection, path: Path) -> None:
        self._con = con
        self._path = str(path).replace("'", "''")

    def __enter__(self) -> None:
        self._con.execute(f"ATTACH '{self._path}' AS other (READ_ONLY)")

    def __exit__(self, *_: object) -> None:
        self._con.execute("DETACH other")


def _shared_columns(con: Connection) -> dict[str, list[str]]:
    """Table to the columns that it has on both sides, in order."""
    columns: dict[str, list[str]] = {}
    for table, column in con.execute(load_sql("compare_columns")).fetchall():
        columns.setdefault(table, []).append(column)
    return columns


def _count(con: Connection, sql: str) -> int:
    row = con.execute(sql).fetchone()
    assert row is not None
    return int(row[0])
