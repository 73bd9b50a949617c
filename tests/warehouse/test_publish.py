"""The snapshot: readers and the night never wait for one another, and what is private stays at home."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from tests.warehouse.examples import NIGHT, article, begin, entry, feed_fetch
from warehouse.connection import Connection, WarehouseError, open_file, open_memory, open_snapshot
from warehouse.publish import publish_snapshot
from warehouse.store import Reading, SourceRow, add_feed_results, add_readings, store_sources, transaction

READER = """
import sys
from pathlib import Path
from warehouse.connection import open_snapshot
con = open_snapshot(Path(sys.argv[1]))
for line in sys.stdin:
    print(con.execute(line).fetchone()[0], flush=True)
"""


class Reader:
    """Another process that has the snapshot open."""

    def __init__(self, snapshot: Path) -> None:
        command = [sys.executable, "-c", READER, str(snapshot)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, sql: str) -> str:
        assert self.process.stdin and self.process.stdout
        print(sql, file=self.process.stdin, flush=True)
        return self.process.stdout.readline().strip()

    def close(self) -> None:
        self.process.communicate()


@pytest.fixture
def writer(tmp_path: Path) -> Connection:
    return open_file(tmp_path / "warehouse.duckdb")


def read_one(con: Connection, number: int, run_id: str) -> None:
    begin(con, run_id, NIGHT + timedelta(days=number))
    with transaction(con):
        add_feed_results(con, run_id=run_id, as_of=NIGHT, fetches=[feed_fetch(seen=1)], entries=[entry(number)])
        add_readings(con, run_id=run_id, as_of=NIGHT, readings=[Reading(entry=entry(number), article=article(number))])


def test_a_reader_never_blocks_the_night_nor_the_night_a_reader(writer: Connection, tmp_path: Path) -> None:
    snapshot = tmp_path / "sovwatch.duckdb"
    question = "SELECT count(*) FROM article_versions"
    read_one(writer, 1, "r1")
    assert publish_snapshot(writer, snapshot=snapshot, published_at=NIGHT).written
    old = Reader(snapshot)
    assert old.ask(question) == "1"
    read_one(writer, 2, "r2")  # the night goes on while the reader has the snapshot open
    during = Reader(snapshot)
    assert during.ask(question) == "1"  # and a reader may come while the writer has its file open
    assert publish_snapshot(writer, snapshot=snapshot, published_at=NIGHT).written
    fresh = Reader(snapshot)
    assert (old.ask(question), during.ask(question), fresh.ask(question)) == ("1", "1", "2")
    assert old.ask("SELECT count(text) FROM article_versions") == "1"
    for reader in (old, during, fresh):
        reader.close()


def test_nothing_is_written_when_nothing_changed(writer: Connection, tmp_path: Path) -> None:
    snapshot = tmp_path / "sovwatch.duckdb"
    read_one(writer, 1, "r1")
    assert publish_snapshot(writer, snapshot=snapshot, published_at=NIGHT).written
    before = snapshot.stat()
    again = publish_snapshot(writer, snapshot=snapshot, published_at=NIGHT)
    assert (again.written, again.bytes, snapshot.stat().st_ino) == (False, before.st_size, before.st_ino)
    writer.close()
    reopened = open_file(tmp_path / "warehouse.duckdb")
    assert not publish_snapshot(reopened, snapshot=snapshot, published_at=NIGHT).written
    snapshot.unlink()
    assert publish_snapshot(reopened, snapshot=snapshot, published_at=NIGHT).written
    read_one(reopened, 2, "r2")
    assert publish_snapshot(reopened, snapshot=snapshot, published_at=NIGHT).written


def test_what_is_private_stays_at_home(writer: Connection, tmp_path: Path) -> None:
    snapshot = tmp_path / "sovwatch.duckdb"
    begin(writer, "r1")
    tokens = "https://a.example/feed?apikey=PaidKey77&page=2"
    store_sources(writer, [SourceRow(source_id="a", name="A", feed_url=tokens)])
    held = entry(1, content_html="<p>HeldBack77</p>")
    add_feed_results(writer, run_id="r1", as_of=NIGHT, fetches=[], entries=[held])
    writer.execute("INSERT INTO outbox_messages VALUES ('m1', 'someone77@reader.example', 'Subject: Body77'::BLOB)")
    publish_snapshot(writer, snapshot=snapshot, published_at=NIGHT)
    with open_snapshot(snapshot) as reader:
        assert reader.execute("SELECT feed_url FROM sources").fetchone() == (
            "https://a.example/feed?apikey=***&page=2",
        )
        assert reader.execute("SELECT published_at FROM snapshot_info").fetchone() == (NIGHT,)
        names = {row[0] for row in reader.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        assert "entries" in names
        assert not names & {"outbox_messages", "copy_marks", "article_terms", "storyline_facts"}
        assert "content_html" not in {row[0] for row in reader.execute("DESCRIBE entries").fetchall()}
    stored = snapshot.read_bytes()
    assert not [word for word in (b"PaidKey77", b"HeldBack77", b"someone77", b"Body77") if word in stored]


def test_every_view_answers_in_the_snapshot_and_comments_go_along(writer: Connection, tmp_path: Path) -> None:
    snapshot = tmp_path / "sovwatch.duckdb"
    read_one(writer, 1, "r1")
    publish_snapshot(writer, snapshot=snapshot, published_at=NIGHT)
    with open_snapshot(snapshot) as reader:
        views = [row[0] for row in reader.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()]
        assert {"articles", "copies", "stories", "storylines", "developments", "sources", "problems"} <= set(views)
        for view in views:
            reader.execute(f'SELECT * FROM "{view}"').fetchall()
        asked = "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND comment IS NULL"
        assert reader.execute(asked).fetchall() == []
    home = {row[0] for row in writer.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()}
    assert set(views) == home


def test_a_failure_leaves_the_previous_snapshot(writer: Connection, tmp_path: Path) -> None:
    snapshot = tmp_path / "sovwatch.duckdb"
    read_one(writer, 1, "r1")
    publish_snapshot(writer, snapshot=snapshot, published_at=NIGHT)
    before = snapshot.read_bytes()
    read_one(writer, 2, "r2")
    (tmp_path / "sovwatch.duckdb.new").mkdir()  # where the new one would be written
    with pytest.raises(WarehouseError):
        publish_snapshot(writer, snapshot=snapshot, published_at=NIGHT)
    (tmp_path / "sovwatch.duckdb.new").rmdir()
    assert snapshot.read_bytes() == before
    # The writer's connection is as usable as before: its own file is current, no snapshot is attached.
    read_one(writer, 3, "r3")
    assert publish_snapshot(writer, snapshot=snapshot, published_at=NIGHT).written


def test_leftovers_of_a_killed_publication_are_swept_away(writer: Connection, tmp_path: Path) -> None:
    snapshot = tmp_path / "sovwatch.duckdb"
    read_one(writer, 1, "r1")
    (tmp_path / "sovwatch.duckdb.new").write_bytes(b"half a file")
    (tmp_path / "sovwatch.duckdb.new.wal").write_bytes(b"half a log")
    assert publish_snapshot(writer, snapshot=snapshot, published_at=NIGHT).written
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sovwatch.duckdb", "warehouse.duckdb"]


def test_a_snapshot_from_memory_and_none_at_all(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError) as caught:
        open_snapshot(tmp_path / "absent.duckdb")
    assert caught.value.problem.code == "no-snapshot"
    snapshot = tmp_path / "sovwatch.duckdb"
    assert publish_snapshot(open_memory(commented=True), snapshot=snapshot, published_at=NIGHT).written
    with open_snapshot(snapshot) as reader, pytest.raises(duckdb.InvalidInputException):
        reader.execute("CREATE TABLE x (i INTEGER)")
    assert not snapshot.stat().st_mode & 0o222
