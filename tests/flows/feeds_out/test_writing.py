"""Feeds on the disk: which files, only changed ones written, nothing half, nothing of others touched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from config.opml import parse_opml
from config.sources import Source
from flows.feeds_out.write import put_files, write_feeds
from flows.night import snapshot_file
from tests.flows.desk_state import state_after_three_nights
from tests.flows.feeds_out.tellings import MANNER
from tests.warehouse.invented import NIGHTS
from warehouse.connection import Connection, open_memory, open_snapshot

SOURCES = [
    Source(id="alpha", name="Alpha", feed_url="https://alpha.example/feed"),
    Source(id="secret", name="Secret", feed_url="https://beta.example/feed?key=hush"),
    Source(id="off", name="Off", feed_url="https://gamma.example/feed", enabled=False, reason="dead"),
]


@pytest.fixture(scope="module")
def con() -> Iterator[Connection]:
    with open_snapshot(snapshot_file(state_after_three_nights())) as con:
        yield con


def test_a_night_leaves_its_feeds_and_a_second_one_touches_nothing(con: Connection, tmp_path: Path) -> None:
    first = write_feeds(con, tmp_path, MANNER, now=NIGHTS["n3"], sources=SOURCES)
    assert {"all.atom.xml", "all.json", "topic-chips.atom.xml", "topic-cloud.json", "storyline-saga.atom.xml",
            "ahead.ics", "sources.opml"} <= set(first.written)  # fmt: skip
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    again = write_feeds(con, tmp_path, MANNER, now=NIGHTS["n3"], sources=SOURCES)
    assert (again.written, again.removed) == ((), ())
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_feeds_hold_what_was_told(con: Connection, tmp_path: Path) -> None:
    write_feeds(con, tmp_path, MANNER, now=NIGHTS["n3"], base_url="https://desk.example/feeds/")
    said = json.loads((tmp_path / "all.json").read_bytes())
    assert [item["title"] for item in said["items"]] == ["Dresden plant gets two billion", "La loi sur le nuage",
                                                        "Dresden gets a chip plant"]  # fmt: skip
    assert said["feed_url"] == "https://desk.example/feeds/all.json"
    saga = json.loads((tmp_path / "storyline-saga.json").read_bytes())
    assert len(saga["items"]) == 2
    assert saga["items"][0]["_sovwatch"]["development_id"] == "d-money"


def test_the_list_of_sources_names_no_secret(con: Connection, tmp_path: Path) -> None:
    write_feeds(con, tmp_path, MANNER, now=NIGHTS["n3"], sources=SOURCES)
    data = (tmp_path / "sources.opml").read_bytes()
    assert [source.id for source in parse_opml(data).sources] == ["alpha"]
    assert b"hush" not in data


def test_a_storyline_without_news_rests_and_then_goes(con: Connection, tmp_path: Path) -> None:
    write_feeds(con, tmp_path, MANNER, now=NIGHTS["n3"])
    (tmp_path / "storyline-notes.txt").write_text("mine")
    saga = tmp_path / "storyline-saga.atom.xml"
    kept = saga.read_bytes()
    resting = write_feeds(con, tmp_path, MANNER, now=NIGHTS["n3"] + timedelta(days=60))
    assert saga.read_bytes() == kept
    assert "storyline-saga.atom.xml" not in (*resting.written, *resting.removed)
    gone = write_feeds(con, tmp_path, MANNER, now=NIGHTS["n3"] + timedelta(days=150))
    assert "storyline-saga.atom.xml" in gone.removed
    assert (tmp_path / "storyline-notes.txt").exists()


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    put_files(tmp_path, {"a.json": b"old", "b.json": b"old"}, resting=set())
    (tmp_path / ".b.json.new").mkdir()
    with pytest.raises(OSError):
        put_files(tmp_path, {"a.json": b"new", "b.json": b"new"}, resting=set())
    assert ((tmp_path / "a.json").read_bytes(), (tmp_path / "b.json").read_bytes()) == (b"new", b"old")


def test_a_damaged_file_is_written_anew(con: Connection, tmp_path: Path) -> None:
    write_feeds(con, tmp_path, MANNER, now=NIGHTS["n3"])
    (tmp_path / "all.json").write_bytes(b"{")
    assert write_feeds(con, tmp_path, MANNER, now=NIGHTS["n3"]).written == ("all.json",)


def test_an_empty_house_has_valid_empty_feeds(tmp_path: Path) -> None:
    with open_memory() as con:
        files = write_feeds(con, tmp_path, MANNER, now=NIGHTS["n3"])
    assert "all.atom.xml" in files.written
    assert json.loads((tmp_path / "all.json").read_bytes())["items"] == []
