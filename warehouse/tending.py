"""Keeps a lake small and quick: small files merged, old versions let go, files that nobody needs removed.

Never in the way of a night: it stands back while one holds the lake, works a table at a time, and where it meets a
writer after all, one of the two commits is refused (DuckLake checks that at commit) and done again: ours is left for
the next time, a night's step is repeated by `batches.try_again`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import duckdb

from warehouse.connection import Connection, explain
from warehouse.lake import HOUSE, is_conflict, night_under_way
from warehouse.sql import load_sql

# A table is worth the work from so many files on.
LEAST_FILES = 4
# Rewritten without its deleted rows where these are more than such a share of a file.
DELETED_SHARE = 0.3
# A file that is no longer needed stays for as long: somebody may be reading it.
GRACE = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TendedTable:
    """One table: its data files before and after, its bytes after; `put_off` where a writer was in the way."""

    table: str
    files_before: int
    files: int
    bytes: int
    put_off: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tended:
    """What was done: tables that had many files, versions let go, files removed.

    `stood_back`: a night was under way before all was done; the rest is for the next time.
    """

    tables: tuple[TendedTable, ...]
    versions_dropped: int
    files_removed: int
    stood_back: bool


def tend_lake(con: Connection, *, now: datetime, keep: timedelta, grace: timedelta = GRACE) -> Tended:
    """Merges small files, lets versions older than `keep` go (the published one stays) and removes what is unneeded.

    `con` is a writer's connection to a lake, outside of a transaction. Safe to be killed at any point. Raises
    WarehouseError where catalog or store do not answer.
    """
    if night_under_way(con):
        return Tended(tables=(), versions_dropped=0, files_removed=0, stood_back=True)
    try:
        dropped = _drop_versions(con, before=now - keep)
        tables = []
        stood_back = False
        for table, files in _crowded(con):
            if night_under_way(con):
                stood_back = True
                break
            tables.append(tend_table(con, table, files))
        removed = 0 if stood_back else _remove_files(con, before=now - grace)
    except duckdb.Error as error:
        raise explain(error) from error
    return Tended(tables=tuple(tables), versions_dropped=dropped, files_removed=removed, stood_back=stood_back)


def _drop_versions(con: Connection, *, before: datetime) -> int:
    published = con.execute(load_sql("lake_published")).fetchall()[0][0]
    old = con.execute(
        f"SELECT snapshot_id FROM {HOUSE}.snapshots() WHERE snapshot_time < $before", {"before": before}
    ).fetchall()
    newest = con.execute(f"SELECT id FROM {HOUSE}.current_snapshot()").fetchall()[0][0]
    versions = [row[0] for row in old if row[0] not in (published, newest)]
    if versions:
        con.execute(f"CALL ducklake_expire_snapshots('{HOUSE}', versions => {versions})")
    return len(versions)


def _crowded(con: Connection) -> Iterator[tuple[str, int]]:
    sizes = _sizes(con)
    for table in sorted(sizes, key=lambda name: (-sizes[name][0], name)):
        if sizes[table][0] >= LEAST_FILES:
            yield table, sizes[table][0]


def tend_table(con: Connection, table: str, files: int) -> TendedTable:
    """Merges one table's files, of which there were `files`; `put_off` where a writer was faster."""
    put_off = False
    try:
        con.execute(f"CALL ducklake_rewrite_data_files('{HOUSE}', '{table}', delete_threshold => {DELETED_SHARE})")
        con.execute(f"CALL ducklake_merge_adjacent_files('{HOUSE}', '{table}')")
    except duckdb.TransactionException as error:
        if not is_conflict(error):
            raise
        put_off = True
    after, size = _sizes(con)[table]
    return TendedTable(table=table, files_before=files, files=after, bytes=size, put_off=put_off)


def _remove_files(con: Connection, *, before: datetime) -> int:
    stamp = f"TIMESTAMPTZ '{before.astimezone(UTC).isoformat()}'"
    removed = con.execute(f"CALL ducklake_cleanup_old_files('{HOUSE}', older_than => {stamp})").fetchall()
    # What killed writers left in the store, known to no version.
    orphans = con.execute(f"CALL ducklake_delete_orphaned_files('{HOUSE}', older_than => {stamp})").fetchall()
    return len(removed) + len(orphans)


def _sizes(con: Connection) -> dict[str, tuple[int, int]]:
    """Table to its data files and their bytes."""
    rows = con.execute(f"SELECT table_name, file_count, file_size_bytes FROM {HOUSE}.table_info()").fetchall()
    return {row[0]: (int(row[1]), int(row[2])) for row in rows}
