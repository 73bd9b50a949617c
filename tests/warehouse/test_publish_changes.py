"""A publication writes what has changed into an earlier snapshot: readers get what writing all would give."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from extractors.model import Article
from tests.warehouse.examples import NIGHT, article, begin, entry, verdict
from tests.warehouse.populated import fill
from tests.warehouse.test_publish import Reader
from warehouse import snapshot_changes, snapshot_file
from warehouse.connection import Connection, open_file, open_snapshot
from warehouse.publish import Published, publish_snapshot
from warehouse.search import clear_index, index_articles, search_articles
from warehouse.snapshot_file import copy_file, put_in_place, spare_file, take_earlier
from warehouse.store import Reading, add_feed_results, add_readings, add_verdicts, transaction

OWN = {"snapshot_base", "snapshot_info", "snapshot_parts"}
DAY = timedelta(days=1)
# What nights and commands do to rows that were published before.
DEEDS = (
    "UPDATE entries SET state = 'pending', attempts = attempts + 1 WHERE hash(entry_id || $n) % 3 = 0",
    "UPDATE entries SET authors = ['A' || $n], summary = $n, fingerprint = $n WHERE hash(entry_id || $n) % 4 = 0",
    "UPDATE article_versions SET text = NULL, text_in = 'v' || $n WHERE hash(version_id || $n) % 5 = 0",
    "UPDATE article_versions SET authors = ['B' || $n], content_hash = $n WHERE hash(version_id || $n) % 6 = 0",
    "UPDATE storyline_list SET title = title || $n, entities = ['C' || $n]",
    "INSERT INTO entity_mentions SELECT * FROM entity_mentions WHERE hash(entity || $n) % 2 = 0",
    "DELETE FROM entity_mentions WHERE hash(entity || $n) % 3 = 0",
    "DELETE FROM problem_log WHERE $n <> ''",
    "INSERT INTO problem_log SELECT run_id, 'load', NULL, NULL, 'u', 'c', 'd' || $n, now() FROM runs",
    "DELETE FROM search_docs WHERE hash(article_id || $n) % 4 = 0",
    "UPDATE source_states SET evidence = evidence || $n",
)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("filled") / "warehouse.duckdb"
    with open_file(path) as con:
        fill(con)
        index_articles(con)
    return path


@pytest.fixture
def writer(filled: Path, tmp_path: Path) -> Connection:
    shutil.copyfile(filled, tmp_path / "warehouse.duckdb")
    return open_file(tmp_path / "warehouse.duckdb")


def live(con: Connection, number: int) -> None:
    """A night that brings two reports, of which one is new and the other its copy."""
    run_id = f"t{number}"
    begin(con, run_id, NIGHT + number * DAY)
    found = [article(1000 + 2 * number + i) for i in range(2)]
    entries = [entry(1000 + 2 * number + i) for i in range(2)]
    with transaction(con):
        add_feed_results(con, run_id=run_id, as_of=NIGHT, fetches=[], entries=entries)
        add_readings(
            con, run_id=run_id, as_of=NIGHT + number * DAY,
            readings=[Reading(entry=e, article=a) for e, a in zip(entries, found, strict=True)],
        )  # fmt: skip
    judge(con, run_id, found)
    con.execute("UPDATE runs SET state = 'done'")
    index_articles(con)


def judge(con: Connection, run_id: str, found: list[Article]) -> None:
    judged = [
        (f"{found[0].article_id}.1", found[0], verdict(found[0])),
        (f"{found[1].article_id}.1", found[1], verdict(found[1], "exact", found[0].article_id)),
    ]
    with transaction(con):
        add_verdicts(con, run_id=run_id, as_of=NIGHT, judged=judged)


def publish(con: Connection, folder: Path, at: datetime = NIGHT, *, anew: bool = False) -> Published:
    return publish_snapshot(con, snapshot=folder / "sovwatch.duckdb", published_at=at, anew=anew)


def assert_same_as_written_anew(con: Connection, folder: Path) -> None:
    """Every table and comment, and what a search finds."""
    other = folder / "anew"
    other.mkdir(exist_ok=True)
    publish(con, other, anew=True)
    with duckdb.connect(":memory:") as both:
        for name, path in (("mine", folder), ("other", other)):
            both.execute(f"ATTACH '{path / 'sovwatch.duckdb'}' AS {name} (READ_ONLY)")
        asked = "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE database_name = ? ORDER BY ALL"
        assert both.execute(asked, ["mine"]).fetchall() == both.execute(asked, ["other"]).fetchall()
        tables = {row[0] for row in both.execute("SELECT table_name FROM duckdb_tables()").fetchall()} - OWN
        for table in tables:
            columns = "* EXCLUDE (place)" if table == "search_docs" else "*"
            for one, two in (("mine", "other"), ("other", "mine")):
                more = f"SELECT {columns} FROM {one}.{table} EXCEPT ALL SELECT {columns} FROM {two}.{table}"
                assert both.execute(more).fetchall() == [], (table, one)
        wrong = """SELECT * FROM mine.search_docs AS d LEFT JOIN mine.article_versions AS v ON v.rowid = d.place
            WHERE v.article_id IS DISTINCT FROM d.article_id OR v.version IS DISTINCT FROM d.version"""
        assert both.execute(wrong).fetchall() == []
    answers = []
    for path in (folder, other):
        with open_snapshot(path / "sovwatch.duckdb") as reader:
            answers.append([search_articles(reader, query) for query in ("chips", "the", "rare earths")])
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    "spare_from",
    [pytest.param(0, id="spare"), pytest.param(1 << 40, id="copied", marks=pytest.mark.long)],
)
def test_it_holds_what_writing_all_would(
    writer: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spare_from: int, seed: int = 1
) -> None:
    monkeypatch.setattr(snapshot_file, "SPARE_FROM", spare_from)
    chance = random.Random(seed)
    assert publish(writer, tmp_path).anew == "there is none yet that was made in the same way"
    for number in range(4):
        for deed in chance.sample(DEEDS, chance.randint(0, 5)):
            writer.execute(deed, {"n": f"{seed}{number}"})
        live(writer, number)
        published = publish(writer, tmp_path, NIGHT + number * DAY)
        assert (published.written, published.anew) == (True, None)
    assert spare_file(tmp_path / "sovwatch.duckdb").exists() == (spare_from == 0)
    assert_same_as_written_anew(writer, tmp_path)


@pytest.mark.long
def test_an_index_made_anew_is_published_whole(writer: Connection, tmp_path: Path) -> None:
    live(writer, 1)
    publish(writer, tmp_path)
    clear_index(writer)
    writer.execute("UPDATE runs SET state = 'running' WHERE run_id = 't1'")
    index_articles(writer)
    live(writer, 2)
    assert publish(writer, tmp_path).anew is None
    assert_same_as_written_anew(writer, tmp_path)


def test_what_was_changed_behind_its_back_is_found_in_its_turn(writer: Connection, tmp_path: Path) -> None:
    publish(writer, tmp_path)
    # No column that is hashed changes with it: what no part of the program does.
    writer.execute("UPDATE article_versions SET text = 'Something else' WHERE text IS NOT NULL")
    reasons = [publish_after(writer, tmp_path, night) for night in range(3)]
    assert "article_versions differs in what was published earlier" in reasons
    assert_same_as_written_anew(writer, tmp_path)


def publish_after(con: Connection, folder: Path, night: int) -> str | None:
    con.execute("UPDATE runs SET counts = ?", [f'{{"n": {night}}}'])
    return publish(con, folder, NIGHT + night * DAY).anew


def test_a_snapshot_that_does_not_agree_is_written_anew_or_mended(writer: Connection, tmp_path: Path) -> None:
    publish(writer, tmp_path)
    snapshot = tmp_path / "sovwatch.duckdb"
    reasons = []
    for number, tampering in enumerate(
        (
            "DELETE FROM story_list WHERE rowid = 0",
            "DELETE FROM snapshot_parts",
            "UPDATE snapshot_base SET layout = 'x'",
            "UPDATE search_docs SET place = 0 WHERE place > 0",
            "UPDATE snapshot_parts SET checksum = '1'",
        )
    ):
        snapshot.chmod(0o644)
        with duckdb.connect(str(snapshot)) as con:
            con.execute(tampering)
        reasons.append((publish_after(writer, tmp_path, number) or "").partition(" of ")[0])
    assert reasons == [
        "story_list has another number", "it does not say what it holds",
        "there is none yet that was made in the same way", "", "",
    ]  # fmt: skip
    assert_same_as_written_anew(writer, tmp_path)


def test_another_schema_or_a_file_too_large_is_written_anew(
    writer: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(writer, tmp_path)
    writer.execute("COMMENT ON COLUMN entries.title IS 'Private: no longer for readers.'")
    assert publish_after(writer, tmp_path, 1) is not None
    with open_snapshot(tmp_path / "sovwatch.duckdb") as reader:
        assert "title" not in {row[0] for row in reader.execute("DESCRIBE entries").fetchall()}
    monkeypatch.setattr(snapshot_changes, "SLACK", 0)
    monkeypatch.setattr(snapshot_changes, "OVERSIZE", 0.1)
    assert publish_after(writer, tmp_path, 2) == "it is larger than it should be"
    monkeypatch.setattr(snapshot_changes, "OVERSIZE", 10)
    monkeypatch.setattr(snapshot_changes, "EMPTY", -1)
    writer.execute("UPDATE article_versions SET authors = ['x']")
    publish_after(writer, tmp_path, 3)  # leaves the room of the rows that were replaced
    assert publish_after(writer, tmp_path, 4) == "much of it is empty"


def test_what_is_private_stays_at_home_when_changes_are_written(writer: Connection, tmp_path: Path) -> None:
    publish(writer, tmp_path)
    begin(writer, "x1")
    held = entry(77, content_html="<p>HeldBack77</p>", feed_url="https://a.example/feed?apikey=PaidKey77")
    add_feed_results(writer, run_id="x1", as_of=NIGHT, fetches=[], entries=[held])
    writer.execute("INSERT INTO outbox_messages VALUES ('m1', 'someone77@reader.example', 'Subject: Body77'::BLOB)")
    assert publish(writer, tmp_path).anew is None
    stored = (tmp_path / "sovwatch.duckdb").read_bytes()
    assert not [word for word in (b"PaidKey77", b"HeldBack77", b"someone77", b"Body77") if word in stored]
    with open_snapshot(tmp_path / "sovwatch.duckdb") as reader:
        found = reader.execute("SELECT feed_url FROM entries WHERE feed_url LIKE '%apikey%'").fetchall()
    assert found == [("https://a.example/feed?apikey=***",)]


def test_a_spare_that_somebody_has_open_is_left_alone(
    writer: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot_file, "SPARE_FROM", 0)
    snapshot = tmp_path / "sovwatch.duckdb"
    question = "SELECT count(*) FROM article_versions"
    publish(writer, tmp_path)
    live(writer, 1)
    publish(writer, tmp_path)
    reader = Reader(snapshot)
    with open_snapshot(snapshot) as mine, snapshot.open("rb") as copying:
        before = reader.ask(question)
        for number in range(2, 4):  # the file that they have open becomes the spare, and would be the next one's base
            live(writer, number)
            assert publish(writer, tmp_path).anew is None
            assert (reader.ask(question), str(mine.execute(question).fetchall()[0][0])) == (before, before)
        (tmp_path / "copied.duckdb").write_bytes(copying.read())
    with duckdb.connect(str(tmp_path / "copied.duckdb"), read_only=True) as copied:
        assert str(copied.execute(question).fetchall()[0][0]) == before
    reader.close()
    assert_same_as_written_anew(writer, tmp_path)


def test_files_take_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot_file, "SPARE_FROM", 0)
    snapshot = tmp_path / "s"
    assert not take_earlier(snapshot)
    for number in range(4):
        if not take_earlier(snapshot):
            (tmp_path / "s.new").write_text("-")
        with (tmp_path / "s.new").open("a") as file:
            file.write(str(number))
        put_in_place(snapshot, keep_spare=True)
    assert (snapshot.read_text(), spare_file(snapshot).read_text()) == ("-013", "-02")
    spare_file(snapshot).unlink()
    os.link(snapshot, spare_file(snapshot))  # as a kill between the last two steps leaves it
    assert take_earlier(snapshot)
    assert (tmp_path / "s.new").stat().st_ino != snapshot.stat().st_ino
    assert (tmp_path / "s.new").read_text() == "-013"
    monkeypatch.setattr(snapshot_file, "SPARE_FROM", 1 << 40)
    put_in_place(snapshot, keep_spare=True)
    assert not spare_file(snapshot).exists()
    copy_file(snapshot, tmp_path / "t")
    assert (tmp_path / "t").read_text() == "-013"


PUBLISHER = """
import sys
from datetime import timedelta
from pathlib import Path
from tests.warehouse.examples import NIGHT
from tests.warehouse.test_publish_changes import live, publish
from warehouse import snapshot_file
from warehouse.connection import open_file
snapshot_file.SPARE_FROM = 0
folder = Path(sys.argv[1])
con = open_file(folder / "warehouse.duckdb")
for number in range(int(sys.argv[2]), 1000):
    live(con, number)
    publish(con, folder, NIGHT + timedelta(days=number))
    print(number, flush=True)
"""


@pytest.mark.long
def test_kill_nine_leaves_a_whole_snapshot(writer: Connection, tmp_path: Path) -> None:
    publish(writer, tmp_path)
    writer.close()
    chance = random.Random(7)
    number = 0
    for _ in range(3):
        command = [sys.executable, "-c", PUBLISHER, str(tmp_path), str(number + 1)]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
        assert child.stdout
        for _ in range(1):
            number = int(child.stdout.readline())
        with_delay = chance.random() * 0.5
        try:
            child.wait(with_delay)
        except subprocess.TimeoutExpired:
            os.kill(child.pid, signal.SIGKILL)
        number = max([number, *(int(line) for line in child.stdout.read().split())]) + 1
        child.wait()
        with open_snapshot(tmp_path / "sovwatch.duckdb") as reader:
            found = reader.execute("SELECT count(*) FROM runs WHERE run_id LIKE 't%'").fetchall()[0][0]
            reader.execute("SELECT count(text) FROM article_versions").fetchall()
        assert found
        with open_file(tmp_path / "warehouse.duckdb") as con:
            number = con.execute("SELECT count(*) FROM runs WHERE run_id LIKE 't%'").fetchall()[0][0]
            assert number - 1 <= found <= number
            publish_after(con, tmp_path, number)
    with open_file(tmp_path / "warehouse.duckdb") as con:
        assert_same_as_written_anew(con, tmp_path)
    left = {path.name for path in tmp_path.iterdir()}
    assert left <= {"anew", "sovwatch.duckdb", "sovwatch.duckdb.spare", "warehouse.duckdb", "warehouse.duckdb.wal"}
    shutil.rmtree(tmp_path / "anew")
