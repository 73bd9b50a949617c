"""`sovwatch alerts` on a state folder with one told night."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.house import House
from config.load import load_house
from config.recipients import StorylinePreferences
from flows.alerts import find_told, prepare_mails, queue_mails
from flows.commands import alerts as registers_the_group  # noqa: F401
from flows.commands import app
from flows.exits import Exit
from flows.night import snapshot_file, warehouse_file
from tests.flows.alerts.newsroom import NIGHT
from tests.flows.alerts.servers import Mailbox, mail_server
from warehouse.batches import add_rows, transaction
from warehouse.connection import Connection, open_file
from warehouse.lock import hold_lock
from warehouse.publish import publish_snapshot
from warehouse.stories import find_developments

SETTINGS = """
state_dir: {state}
mail:
  sender: watch@example.org
  host: 127.0.0.1
  port: {port}
  security: none
  username_env: null
  password_env: null
"""
SOURCES = """
sources:
  - id: one
    name: One
    feed_url: https://one.example/feed
"""
TOPICS = """
topics:
  - id: cloud
    title: Cloud sovereignty
    phrases: {en: [sovereign cloud]}
"""
RECIPIENTS = """
recipients:
  - {id: ana, name: Ana, email: ana@example.org}
  - {id: ben, name: Ben, email: ben@example.org, min_weight: 0.95, quiet_night: say-so}
"""


def tell_one(con: Connection) -> None:
    """One development of one outlet, as a night would have stored it."""
    add_rows(con, "runs", [{"run_id": "run1", "kind": "night", "as_of": NIGHT, "started_at": NIGHT, "state": "done",
                            "version": "0"}])  # fmt: skip
    add_rows(con, "storyline_list", [{
        "storyline_id": "abc123", "title": "A register and its cloud", "founder_id": "s1", "run_id": "run1",
        "first_at": NIGHT, "last_at": NIGHT, "state": "Moved", "stories": 1, "turns": 1, "entities": ["Ministry"],
    }])  # fmt: skip
    add_rows(con, "development_list", [{
        "development_id": "d1", "story_id": "s1", "storyline_id": "abc123", "run_id": "run1", "kind": "first",
        "storyline_title": "A register and its cloud", "headline": "The register has moved", "happened_at": NIGHT,
        "told_at": NIGHT, "weight": 0.8, "score": 0.8, "reasons": ["first-story"], "topics": ["cloud"], "entities": [],
        "languages": ["en"],
    }])  # fmt: skip


def write_config(folder: Path, state: Path) -> House:
    folder.mkdir()
    (folder / "settings.yaml").write_text(SETTINGS.format(state=state, port=9))
    (folder / "sources.yaml").write_text(SOURCES)
    (folder / "topics.yaml").write_text(TOPICS)
    (folder / "recipients.yaml").write_text(RECIPIENTS)
    return load_house(folder)


@pytest.fixture(scope="module")
def told_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder with one development, told to one of two readers by a mail that is queued."""
    state = tmp_path_factory.mktemp("state")
    house = write_config(tmp_path_factory.mktemp("config") / "conf", state)
    assert house.mail is not None
    con = open_file(warehouse_file(state))
    with transaction(con):
        tell_one(con)
        developments = find_developments(con, run_id="run1")
        mails = prepare_mails(
            developments,
            recipients=house.recipients[:1],
            preferences=StorylinePreferences(),
            mail_settings=house.mail,
            topics_titles={},
            as_of=NIGHT,
            run_id="run1",
            already_told=find_told(con, development_ids=["d1"], storyline_ids=["abc123"], as_of=NIGHT),
        )
        assert queue_mails(con, mails, run_id="run1", as_of=NIGHT) == 1
    publish_snapshot(con, snapshot=snapshot_file(state), published_at=NIGHT)
    con.close()
    return state


@pytest.fixture
def home(tmp_path: Path, told_night: Path) -> Path:
    """A configuration folder whose state folder, a copy of the told night, lies beside it."""
    shutil.copytree(told_night, tmp_path / "state")
    write_config(tmp_path / "conf", tmp_path / "state")
    return tmp_path / "conf"


def call(home: Path, *words: str, code: int = Exit.OK) -> str:
    result = CliRunner().invoke(app, ["alerts", *words, "--config", str(home)])
    assert result.exit_code == code, (result.output, result.exception)
    return result.output


def test_preview_writes_what_each_reader_would_get_and_sends_nothing(home: Path, tmp_path: Path) -> None:
    said = call(home, "preview", "--to", str(tmp_path / "out"))
    assert "ana, digest: The register has moved" in said
    assert "ben, quiet: Quiet night" in said
    names = sorted(path.name.split("-")[0] + path.suffix for path in (tmp_path / "out").iterdir())
    assert names == ["ana.eml", "ana.html", "ana.txt", "ben.eml", "ben.html", "ben.txt"]
    (page,) = (tmp_path / "out").glob("ana*.html")
    assert "A register and its cloud" in page.read_text()
    assert len(json.loads(call(home, "preview", "--to", str(tmp_path / "o"), "--recipient", "ben", "--json"))) == 1
    assert json.loads(call(home, "list", "--json"))[0]["state"] == "queued"


def test_preview_of_the_queue_is_what_will_be_sent(home: Path, tmp_path: Path) -> None:
    call(home, "preview", "--queued", "--to", str(tmp_path / "out"))
    (stored,) = (tmp_path / "out").glob("*.eml")
    box = Mailbox()
    with mail_server(box) as port:
        text = (home / "settings.yaml").read_text().replace("port: 9", f"port: {port}")
        (home / "settings.yaml").write_text(text)
        assert "1 sent" in call(home, "retry")
        assert "0 sent" in call(home, "retry")
    assert box.raw == [stored.read_bytes()]
    assert call(home, "list", "--state", "queued") == "No such mail.\n"


def test_retry_says_that_the_server_is_down(home: Path) -> None:
    assert "smtp-unreachable" in call(home, "retry", code=Exit.UNDELIVERED)


def test_list_while_a_run_holds_the_warehouse_reads_the_snapshot(home: Path, tmp_path: Path) -> None:
    with hold_lock(tmp_path / "state", purpose="a night", since=datetime.now(UTC)):
        assert "queued" in call(home, "list")
        call(home, "retry", code=Exit.LOCKED)
    call(home, "list", "--state", "gone", code=Exit.CONFIG)


def test_mute_and_boost_are_written_where_a_person_reads_them(home: Path) -> None:
    assert "A register and its cloud" in call(home, "mute", "abc")
    assert '- "abc123"  # A register and its cloud' in (home / "preferences.yaml").read_text()
    assert load_house(home).preferences.mute == {"abc123"}
    assert "No mail" in call(home, "preview", "--to", str(home / "out"), "--recipient", "ana")
    call(home, "boost", "abc123", "1.5")
    assert dict(load_house(home).preferences.boost) == {"abc123": 1.5}
    call(home, "boost", "abc123", "1")
    call(home, "mute", "abc123", "--off")
    assert load_house(home).preferences == StorylinePreferences()
    call(home, "mute", "nothing-like-it", code=Exit.CONFIG)
    call(home, "boost", "abc123", "99", code=Exit.CONFIG)
