"""A warehouse on a lake has the schema, answers the queries and keeps the promises of one in a file."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.test_sql_files import NAMES, QUERIES, parameters
from tests.warehouse.lake.servers import KEYS
from warehouse.batches import add_rows, batch_columns, commit_work, transaction
from warehouse.carry import find_doubles, find_keys
from warehouse.connection import Connection, WarehouseError, open_file, open_memory, open_snapshot, prepare
from warehouse.lake import (
    Lake,
    LakeFault,
    Pointer,
    current_version,
    hold_lake,
    load_extensions,
    read_pointer,
    write_pointer,
)
from warehouse.lock import LockHeld
from warehouse.migrate import migrate
from warehouse.publish import publish_snapshot
from warehouse.tending import tend_lake

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
PROBLEM = {"run_id": "r", "stage": "feed", "code": "timeout", "detail": "late", "happened_at": NOON}

TABLES = """SELECT c.table_name, c.column_name, c.data_type FROM duckdb_columns() AS c
    WHERE c.database_name = current_database() AND NOT c.internal ORDER BY ALL"""
NOT_NULL = """SELECT c.table_name, c.column_name FROM duckdb_columns() AS c JOIN duckdb_tables() AS t
    ON t.table_name = c.table_name AND t.database_name = c.database_name
    WHERE c.database_name = current_database() AND NOT c.is_nullable ORDER BY ALL"""
COMMENTS = """SELECT table_name, column_name, comment FROM duckdb_columns()
    WHERE database_name = current_database() AND comment IS NOT NULL ORDER BY ALL"""


@pytest.fixture
def con(writing: Path) -> Iterator[Connection]:
    """On a lake of its own."""
    with contextlib.closing(open_file(writing)) as con:
        yield con


@pytest.fixture
def shared(common: Path) -> Iterator[Connection]:
    """On the common lake; the tables that these tests use are empty."""
    with contextlib.closing(open_file(common)) as con:
        for table in ("source_states", "problem_log"):
            con.execute(f"TRUNCATE {table}")
        yield con


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Connection]:
    """A lake whose catalog is a file: what it takes and refuses is the same, and it needs no servers."""
    with duckdb.connect() as con:
        prepare(con)
        try:
            load_extensions(con)
        except LakeFault as fault:
            pytest.skip(str(fault))
        con.execute(f"ATTACH 'ducklake:{tmp_path}/catalog' AS house (DATA_PATH '{tmp_path}/data/')")
        con.execute("USE house")
        migrate(con)
        yield con


def test_all_migrations_and_all_queries_suit_a_lake(local: Connection) -> None:
    con, plain = local, open_memory(commented=True)
    assert con.execute(TABLES).fetchall() == plain.execute(TABLES).fetchall()
    assert con.execute(NOT_NULL).fetchall() == plain.execute(NOT_NULL).fetchall()
    refused = {}
    con.execute("BEGIN")
    for name in NAMES:
        sql = (QUERIES / f"{name}.sql").read_text(encoding="utf-8")
        error = explain(con, sql)
        if error:
            refused[name] = str(error).splitlines()[0]
    con.execute("ROLLBACK")
    # A lake has no keys and no RETURNING: write MERGE INTO for ON CONFLICT, and SELECT before UPDATE (docs/lake.md).
    assert not refused


def explain(con: Connection, sql: str) -> duckdb.Error | None:
    columns = batch_columns(sql)
    if columns:
        described = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        con.execute(f"CREATE OR REPLACE TEMP TABLE batch ({described})")
    try:
        con.execute(f"EXPLAIN {sql}", dict.fromkeys(parameters(sql)))
    except duckdb.BinderException:
        try:
            con.execute(f"EXPLAIN {sql}", {name: [] for name in parameters(sql)})
        except duckdb.Error as error:
            return error
    except duckdb.Error as error:
        return error
    return None


def test_a_reader_sees_what_was_published_and_nothing_private(con: Connection, reading: Path, lake: Lake) -> None:
    with pytest.raises(WarehouseError) as nothing_yet:
        open_snapshot(reading)
    assert nothing_yet.value.problem.code == "no-snapshot"
    add_rows(con, "problem_log", [PROBLEM, {**PROBLEM, "detail": "said https://u:p@h.example/?token=abc"}])
    assert publish_snapshot(con, snapshot=reading, published_at=NOON).written
    assert not publish_snapshot(con, snapshot=reading, published_at=NOON).written
    add_rows(con, "problem_log", [PROBLEM])
    with contextlib.closing(open_snapshot(reading)) as early:
        assert early.execute("SELECT count(*) FROM problems").fetchone() == (2,), "not what came after publishing"
        assert early.execute("SELECT max(detail) FROM problems").fetchone() == ("said https://***@h.example/?token=***",)
        assert early.execute("SELECT published_at FROM snapshot_info").fetchall() == [(NOON,)]
        names = {row[0] for row in early.execute("SHOW TABLES").fetchall()}
        assert {"articles", "problem_log", "outbox_mails"} <= names
        assert not {"outbox_messages", "copy_marks"} & names
        shown = early.execute(COMMENTS).fetchall()
        wanted = [row for row in open_memory(commented=True).execute(COMMENTS).fetchall()
                  if row[0] in names and not row[2].startswith("Private:")]  # fmt: skip
        assert shown == wanted
        assert publish_snapshot(con, snapshot=reading, published_at=NOON + timedelta(days=1)).written
        assert early.execute("SELECT count(*) FROM problems").fetchone() == (2,), "a reader keeps what it opened"
        with pytest.raises(duckdb.Error):
            early.execute("DELETE FROM house.problem_log")
        with contextlib.closing(open_snapshot(reading)) as late:
            assert late.execute("SELECT count(*) FROM problems").fetchone() == (3,)


def test_one_night_at_a_time_holds_a_lake(shared: Connection, common: Path) -> None:
    con, writing = shared, common
    with contextlib.closing(open_file(writing)) as other:
        with (
            hold_lake(con, purpose="night of today", since=NOON),
            pytest.raises(LockHeld, match="night of today, process"),
            hold_lake(other, purpose="night on another machine", since=NOON),
        ):
            pass
        with hold_lake(other, purpose="the next one", since=NOON):
            assert tend_lake(con, now=NOON, keep=timedelta(0)).stood_back


WRITER = """
import contextlib, sys
from datetime import UTC, datetime
from pathlib import Path
from warehouse.batches import add_rows, commit_work
from warehouse.connection import open_file
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
me = sys.argv[2]
with contextlib.closing(open_file(Path(sys.argv[1]))) as con:
    def batch(number):
        row = {"run_id": me, "stage": "feed", "code": str(number), "detail": "", "happened_at": NOON}
        add_rows(con, "problem_log", [row] * 5)
        con.execute("UPDATE source_states SET failures = failures + 1 WHERE source_id = 'shared'")
    for number in range(5):
        commit_work(con, lambda: batch(number))
"""
STATE = {"source_id": "shared", "feed_url": "", "validators_lie": False, "evidence": "", "interval_s": 0.0,
         "failures": 0.0, "moves_ignored": False, "volume": "[]"}  # fmt: skip


@pytest.mark.long
def test_several_writers_lose_nothing_and_readers_wait_for_none(shared: Connection, common: Path) -> None:
    con, writing = shared, common
    add_rows(con, "source_states", [STATE])
    command = [sys.executable, "-c", WRITER, str(writing)]
    writers = [subprocess.Popen([*command, name]) for name in ("one", "two")]
    seen = [0]
    while any(writer.poll() is None for writer in writers):
        count, whole = con.execute("SELECT count(*), count(*) % 5 FROM problem_log").fetchall()[0]
        assert whole == 0, "half a batch"
        assert count >= seen[-1]
        seen.append(count)
    assert [writer.returncode for writer in writers] == [0, 0]
    with subprocess.Popen([*command, "killed"]) as killed:
        mine = "SELECT count(*) FROM problem_log WHERE run_id = 'killed'"
        while con.execute(mine).fetchall() == [(0,)] and killed.poll() is None:
            pass
        killed.kill()
    whole, failures = con.execute(f"SELECT ({mine}) % 5, failures - 10 - ({mine}) / 5 FROM source_states").fetchall()[0]
    assert (whole, failures) == (0, 0), "what was committed is there, and nothing of the rest"
    con.execute("DELETE FROM problem_log WHERE run_id = 'killed'")
    assert con.execute("SELECT run_id, code, count(*) FROM problem_log GROUP BY ALL ORDER BY ALL").fetchall() == [
        (name, str(number), 5) for name in ("one", "two") for number in range(5)
    ]


def test_a_conflict_is_told_and_the_work_done_again(shared: Connection, common: Path) -> None:
    con, writing = shared, common
    add_rows(con, "source_states", [STATE])
    times = []

    def count_up() -> None:
        times.append(con.execute("SELECT failures FROM source_states").fetchall()[0][0])
        con.execute("UPDATE source_states SET failures = failures + 1")
        if len(times) == 1:
            with contextlib.closing(open_file(writing)) as faster:
                faster.execute("UPDATE source_states SET failures = 41")

    with pytest.raises(WarehouseError) as refused, transaction(con):
        count_up()
    assert refused.value.problem.code == "lake-conflict"
    times.clear()
    commit_work(con, count_up)
    assert times == [41.0, 41.0]
    assert con.execute("SELECT failures FROM source_states").fetchall() == [(42.0,)]


def test_tending_merges_files_and_loses_nothing(con: Connection, writing: Path, reading: Path) -> None:
    for number in range(6):
        add_rows(con, "problem_log", [{**PROBLEM, "code": str(number)}] * 20)
    publish_snapshot(con, snapshot=reading, published_at=NOON)
    published = current_version(con) - 1
    # Beside an update of a few rows, DuckLake loses the update's deletes where it keeps them in the catalog
    # (DATA_INLINING_ROW_LIMIT above 0): they then stand twice. Here one of the two is refused.
    with contextlib.closing(open_file(writing)) as other:
        other.execute("BEGIN")
        other.execute("UPDATE problem_log SET detail = 'changed' WHERE code = '3'")
        later = datetime.now(UTC) + timedelta(days=2)
        done = tend_lake(con, now=later, keep=timedelta(days=1), grace=timedelta(days=3))
        with pytest.raises(duckdb.Error, match="conflict"):
            other.execute("COMMIT")
    assert {t.table: (t.files_before, t.files) for t in done.tables} == {"problem_log": (6, 1)}
    assert con.execute("SELECT count(*), count(DISTINCT code) FROM problem_log").fetchall() == [(120, 6)]
    assert done.versions_dropped > 6
    assert published in {row[0] for row in con.execute("SELECT snapshot_id FROM house.snapshots()").fetchall()}
    con.execute("UPDATE problem_log SET detail = 'changed' WHERE code = '3'")
    assert tend_lake(con, now=later, keep=timedelta(0), grace=timedelta(0)).files_removed > 0
    with contextlib.closing(open_snapshot(reading)) as reader:
        assert reader.execute("SELECT count(*), count(DISTINCT code) FROM problems").fetchall() == [(120, 6)]
        assert reader.execute("SELECT count(*) FROM problems WHERE detail = 'changed'").fetchall() == [(0,)]


def test_keys_that_stand_twice_are_found(shared: Connection, common: Path) -> None:
    keys = find_keys(open_memory(commented=True))
    assert keys["outbox_items"] == ("recipient_id", "development_id")
    assert find_doubles(shared, {"source_states": keys["source_states"]}) == {}
    add_rows(shared, "source_states", [STATE, STATE])
    assert find_doubles(shared, {"source_states": keys["source_states"]}) == {"source_states": 1}


def test_secrets_stand_in_no_file_and_no_answer(shared: Connection, common: Path) -> None:
    con = shared
    files = "".join(path.read_text(encoding="utf-8") for path in common.parent.iterdir())
    shown = [con.execute(f"FROM {what}()").fetchall() for what in ("duckdb_databases", "duckdb_secrets")]
    assert KEYS["SOVWATCH_STORE_SECRET_KEY"] not in files + str(shown)


def test_a_catalog_that_does_not_answer_is_told_in_a_line(lake: Lake, tmp_path: Path) -> None:
    away = Lake(catalog="host=127.0.0.1 port=9 dbname=postgres user=sovwatch", data=lake.data, endpoint=lake.endpoint)
    write_pointer(tmp_path / "away.lake", Pointer(lake=away, published=False))
    with pytest.raises(WarehouseError) as caught:
        open_file(tmp_path / "away.lake")
    assert caught.value.problem.code == "lake-unreachable"
    assert read_pointer(tmp_path / "away.lake").lake == away
