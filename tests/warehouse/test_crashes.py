"""When the machine gives out: what was acknowledged is there, what was not is gone whole, and the message is clear."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.warehouse.examples import NIGHT
from warehouse.connection import WarehouseError, open_file, open_snapshot
from warehouse.publish import publish_snapshot

WRITER = """
import sys
from datetime import timedelta
from pathlib import Path
from tests.warehouse.examples import NIGHT, begin, entry, article, topic, feed_fetch
from warehouse.connection import WarehouseError, open_file
from warehouse.store import Reading, add_feed_results, add_readings, transaction

con = open_file(Path(sys.argv[1]))
begin(con, "r1")
size = int(sys.argv[2])
number = 0
while True:
    numbers = range(number, number + size)
    entries = [entry(n) for n in numbers]
    try:
        with transaction(con):
            fetches = [feed_fetch(seen=size, at=NIGHT + timedelta(seconds=number))]
            add_feed_results(con, run_id="r1", as_of=NIGHT, fetches=fetches, entries=entries)
            words = tuple(f"{n * 7919 % 10007:x} {n:o} word" for n in range(number * 50, number * 50 + 400))
            readings = [
                Reading(entry=e, article=article(n, paragraphs=(*words, f"Paragraph {n}")), topics=(topic(),))
                for n, e in zip(numbers, entries)
            ]
            add_readings(con, run_id="r1", as_of=NIGHT, readings=readings)
    except WarehouseError as error:
        print(error.problem.code, flush=True)
        sys.exit(3)
    number += size
    print(number, flush=True)
"""


def start_writer(path: Path, size: int, **options: object) -> subprocess.Popen[str]:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", WRITER, str(path), str(size)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root, **options)  # type: ignore[call-overload,no-any-return]


def check_whole(path: Path, acknowledged: int, size: int) -> int:
    """Every acknowledged batch is there, and of the last one all or nothing; returns how many entries there are."""
    con = open_file(path)
    (entries,) = con.execute("SELECT count(*) FROM entries").fetchone() or (0,)
    for table in ("article_versions", "topic_hits", "run_entries"):
        assert con.execute(f"SELECT count(*) FROM {table}").fetchone() == (entries,), table
    assert con.execute("SELECT sum(entries_seen) FROM fetches").fetchone() == (entries,)
    assert acknowledged <= entries <= acknowledged + size
    assert entries % size == 0
    con.execute("INSERT INTO schema_migrations VALUES (9999, 'it can be written')")
    con.close()
    return int(entries)


@pytest.mark.parametrize("batches", [1, 4])
def test_kill_nine_keeps_every_acknowledged_batch(tmp_path: Path, batches: int) -> None:
    path = tmp_path / "warehouse.duckdb"
    writer = start_writer(path, 50)
    assert writer.stdout is not None
    acknowledged = 0
    for _ in range(batches):
        acknowledged = int(writer.stdout.readline())
    os.kill(writer.pid, signal.SIGKILL)
    acknowledged = max([acknowledged, *(int(line) for line in writer.stdout.read().split("\n") if line.strip())])
    writer.wait()
    check_whole(path, acknowledged, 50)


def limit_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (6_000_000, 6_000_000))


def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    writer = start_writer(path, 200, preexec_fn=limit_files)
    said, _ = writer.communicate(timeout=120)
    *numbers, last = said.split()
    assert (writer.returncode, last) == (3, "disk-full")
    assert len(numbers) >= 2
    check_whole(path, int(numbers[-1]), 200)


PUBLISHER = """
import resource, sys
from pathlib import Path
from tests.warehouse.examples import NIGHT
from warehouse.connection import WarehouseError, open_file
from warehouse.publish import publish_snapshot
folder = Path(sys.argv[1])
con = open_file(folder / "warehouse.duckdb")
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
try:
    publish_snapshot(con, snapshot=folder / "sovwatch.duckdb", published_at=NIGHT)
except WarehouseError as error:
    print(error.problem.code)
"""


def test_a_full_disk_at_publication_leaves_the_previous_snapshot(tmp_path: Path) -> None:
    path, snapshot = tmp_path / "warehouse.duckdb", tmp_path / "sovwatch.duckdb"
    con = open_file(path)
    publish_snapshot(con, snapshot=snapshot, published_at=NIGHT)
    con.close()
    before = snapshot.read_bytes()
    writer = start_writer(path, 50)
    assert writer.stdout is not None
    writer.stdout.readline()
    writer.kill()
    writer.wait()
    command = [sys.executable, "-c", PUBLISHER, str(tmp_path)]
    ran = subprocess.run(
        command, capture_output=True, text=True, cwd=Path(__file__).parents[2], timeout=120, check=True
    )
    assert ran.stdout.strip() == "disk-full", ran
    assert snapshot.read_bytes() == before
    assert not (tmp_path / "sovwatch.duckdb.new").exists()
    con = open_file(path)
    assert publish_snapshot(con, snapshot=snapshot, published_at=NIGHT).written


def test_a_file_that_another_process_has_open_is_said_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    writer = start_writer(path, 1)
    assert writer.stdout is not None
    writer.stdout.readline()
    try:
        with pytest.raises(WarehouseError, match=f"process {writer.pid}") as caught:
            open_file(path)
        assert caught.value.problem.code == "file-in-use"
    finally:
        writer.kill()
        writer.wait()


def test_a_file_that_is_no_warehouse_is_said(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(b"not a database, although it has the name of one" * 200)
    with pytest.raises(WarehouseError) as caught:
        open_file(path)
    assert caught.value.problem.code == "damaged"
    said = caught.value.problem.detail
    assert str(path) in said
    assert "sovwatch restore" in said
    assert "sovwatch rebuild" in said
    with pytest.raises(WarehouseError, match=r"Delete it: .*sovwatch warehouse publish"):
        open_snapshot(path)
    with pytest.raises(WarehouseError, match="Move it away, but keep it"):
        open_snapshot(path, private=True)


def test_a_warehouse_that_was_cut_off_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    open_file(path).close()
    with path.open("r+b") as file:
        file.truncate(5_000)
    with pytest.raises(WarehouseError) as caught:
        open_file(path)
    assert caught.value.problem.code == "damaged"
