"""corpus, sources, topics, config as people and scripts meet them."""

from __future__ import annotations

import importlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from config.load import load_house
from flows.commands import app
from flows.night import snapshot_file
from tests.config.houses import write_house
from warehouse.connection import open_snapshot
from warehouse.lock import hold_lock

for command in ("corpus", "sources", "topics", "config"):
    importlib.import_module(f"flows.commands.{command}")

TEXT = """Port drops scanners after the audit

By Mika Dahl
4 May 2026

The harbour authority of Norhaven has ended its contract for cargo scanners with Hallert Systems after an audit.

Inspectors found that pictures of every container were stored in a data centre abroad, in breach of digital sovereignty.
"""
OPML = '<opml><body><outline text="New One" xmlUrl="https://new.example/feed"/><outline xmlUrl="ftp://x"/></body></opml>'


def run(*words: object, text: str | None = None) -> Result:
    arguments = [str(word) for word in words]
    return CliRunner().invoke(app, arguments, input=text, env={"COLUMNS": "120"}, catch_exceptions=False)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    settings = f"state_dir: {tmp_path / 'state'}\nmail: {{sender: a@b.org, host: h}}\n"
    return write_house(tmp_path / "house", settings=settings)


def test_added_documents_are_listed_and_published(house: Path, tmp_path: Path) -> None:
    documents = tmp_path / "documents" / "inner"
    documents.mkdir(parents=True)
    (documents / "port.txt").write_text(TEXT)
    (documents / "broken.jsonl").write_text("{")
    (documents / "picture.png").write_bytes(b"\x89PNG")
    result = run("corpus", "add", tmp_path / "documents", "--config", house, "--json")
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    (article,) = answer["articles"]
    assert article["title"] == "Port drops scanners after the audit"
    assert (article["authors"], article["state"]) == (["Mika Dahl"], "added")
    assert [problem["code"] for problem in answer["problems"]] == ["bad-json"]
    again = run("corpus", "add", documents / "port.txt", "--config", house)
    assert "known already" in again.stdout
    listed = json.loads(run("corpus", "list", "--config", house, "--json").stdout)
    assert sorted(row["has_text"] for row in listed) == [False] * 5 + [True]
    assert "Port drops scanners after the audit" in run("corpus", "list", "--config", house).stdout
    with open_snapshot(snapshot_file(tmp_path / "state")) as con:
        assert con.execute("SELECT count(*) FROM article_versions").fetchone() == (6,)


def test_a_dry_run_stores_nothing(tmp_path: Path) -> None:
    (tmp_path / "port.txt").write_text(TEXT)
    result = run("corpus", "add", tmp_path / "port.txt", "--dry-run", "--state", tmp_path / "state")
    assert (result.exit_code, (tmp_path / "state").exists()) == (0, False)
    assert "Port drops scanners" in result.stdout


@pytest.mark.parametrize(("path", "code"), [("nowhere", 2), ("empty", 2), ("blank.txt", 1)])
def test_nothing_to_add_is_told(tmp_path: Path, path: str, code: int) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "blank.txt").write_text(" ")
    assert run("corpus", "add", tmp_path / path, "--state", tmp_path / "state").exit_code == code


def test_a_run_that_holds_the_warehouse_is_named(house: Path, tmp_path: Path) -> None:
    (tmp_path / "port.txt").write_text(TEXT)
    with hold_lock(tmp_path / "state", purpose="night of test", since=datetime(2026, 5, 4, tzinfo=UTC)):
        result = run("corpus", "add", tmp_path / "port.txt", "--config", house)
    assert result.exit_code == 4
    assert "night of test" in result.stderr


def test_sources_go_out_and_come_in(house: Path, tmp_path: Path) -> None:
    assert "The Gazette" in run("sources", "list", "--config", house).stdout
    assert [row["id"] for row in json.loads(run("sources", "list", "--config", house, "--json").stdout)] == ["gazette"]
    exported = tmp_path / "feeds.opml"
    assert run("sources", "export", exported, "--config", house).exit_code == 0
    assert "0 added, 1 there already" in run("sources", "import", exported, "--config", house).stdout
    (tmp_path / "other.opml").write_text(OPML)
    dry = run("sources", "import", tmp_path / "other.opml", "--config", house, "--dry-run")
    assert "1 would be added, 0 there already, 1 not usable" in dry.stdout
    assert len(load_house(house).sources) == 1
    done = run("sources", "import", tmp_path / "other.opml", "--config", house, "--off")
    assert done.exit_code == 0
    new = load_house(house).sources[-1]
    assert (new.id, new.enabled, new.reason) == ("new-one", False, "imported from other.opml")


def test_a_hostile_list_of_feeds_is_refused(house: Path, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.opml"
    bomb.write_text('<!DOCTYPE o [<!ENTITY a "b">]><opml><body>&a;</body></opml>')
    result = run("sources", "import", bomb, "--config", house)
    assert result.exit_code == 2
    assert "nothing was added" in result.stderr


def test_topics_are_listed_and_tried(house: Path, tmp_path: Path) -> None:
    assert "vendor-bans  Vendor bans" in run("topics", "list", "--config", house).stdout
    (tmp_path / "a.txt").write_text(TEXT.replace("Port drops scanners", "Port keeps Huawei ban"))
    on_topic = run("topics", "test", tmp_path / "a.txt", "--config", house)
    assert (on_topic.exit_code, "vendor-bans 3" in on_topic.stdout) == (0, True)
    off_topic = run("topics", "test", "-", "--config", house, text="Rain fell on the coast for three days.")
    assert (off_topic.exit_code, "off topic" in off_topic.stdout) == (1, True)
    found = json.loads(run("topics", "test", tmp_path / "a.txt", "--config", house, "--json").stdout)
    assert found[0]["matches"][0]["topic_id"] == "vendor-bans"


def test_a_configuration_of_ones_own(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    assert run("config", "init", mine).exit_code == 0
    assert f"{mine}: right; " in run("config", "check", "--config", mine).stdout.replace("\n", "")
    (mine / "settings.yaml").write_text("wrokers: 2\n")
    wrong = run("config", "check", "--config", mine)
    assert wrong.exit_code == 2
    assert "settings.yaml:1: wrokers: unknown key. Did you mean 'workers'?" in wrong.stderr
