"""note, report quality and feeds as people use them: written, seen in SQL at once, counted, taken back."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from flows.annotating import annotations_file, show_notes
from flows.commands import app, load_commands
from flows.night import snapshot_file
from tests.flows.desk_state import state_after_three_nights
from tests.flows.houses import make_house
from tests.warehouse.invented import NIGHTS
from warehouse.connection import open_snapshot
from warehouse.lock import hold_lock

load_commands()
WIRE = "https://delta.example/wire"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder after the three invented nights, to write to."""
    return Path(shutil.copytree(state_after_three_nights(), tmp_path / "state"))


def run(state: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--state", str(state)], env={"COLUMNS": "200"}, catch_exceptions=False)


def noted(state: Path) -> list[tuple[Any, ...]]:
    with open_snapshot(snapshot_file(state)) as con:
        return con.execute("SELECT kind, text, target_id FROM annotations ORDER BY kind, text").fetchall()


def test_a_note_is_kept_shown_counted_and_taken_back(state: Path) -> None:
    assert run(state, "note", "saga", "Ask the registry", "--tag", "court").exit_code == 0
    assert noted(state) == [("note", "Ask the registry", "saga"), ("tag", "court", "saga")]
    assert "note (on its storyline): Ask the registry" in run(state, "trace", WIRE).stdout
    assert run(state, "note", WIRE, "old news", "--false-alarm").exit_code == 0
    quality = json.loads(run(state, "report", "quality", "--json").stdout)
    assert (quality["told"], quality["false_alarms"], quality["noted"]) == (3, 1, 2)
    assert quality["marked"][0]["development_id"] == "d-plant"
    assert run(state, "note", WIRE, "--false-alarm", "--remove").exit_code == 0
    assert "Precision at most 100.0%" in run(state, "report", "quality").stdout
    with open_snapshot(snapshot_file(state)) as con:
        published = con.execute("SELECT published_at FROM snapshot_info").fetchone()
    assert published == (NIGHTS["n3"],), "what is known is still that night's"


def test_a_tag_or_all_can_be_taken_back_and_twice_is_once(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.commands.note.show_notes", lambda *_, **__: "unchanged")  # publishing is tested above
    for _ in range(2):
        run(state, "note", "saga", "Ask", "--tag", "court", "--tag", "appeal")
    kept = json.loads(run(state, "note", "--json").stdout)
    assert sorted((one["kind"], one["text"]) for one in kept) == [("note", "Ask"), ("tag", "appeal"), ("tag", "court")]
    run(state, "note", "saga", "--tag", "court", "--remove")
    assert "court" not in run(state, "note", "saga").stdout
    run(state, "note", "saga", "--remove")
    assert "Nothing is noted" in run(state, "note").stderr
    assert run(state, "note", "saga", "--remove").exit_code == 1
    run(state, "note", "saga", "\x1b[31mred\x1b[0m \u202eback")
    assert "\x1b[31m" not in run(state, "note").stdout
    assert "\u202e" not in run(state, "note", "--json").stdout


def test_while_a_night_is_under_way_the_note_waits_for_its_end(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.annotating.PATIENCE_S", 0.0)
    with hold_lock(state, purpose="night", since=datetime.now(UTC)):
        result = run(state, "note", "saga", "x")
    assert "seen in SQL after this night" in result.stdout
    assert annotations_file(state).read_text().count("\n") == 1
    assert noted(state) == []


def test_a_large_snapshot_is_left_to_the_night(state: Path) -> None:
    assert show_notes(state, now=datetime.now(UTC), cheap_bytes=10) == "after the next night"
    assert show_notes(state, now=datetime.now(UTC)) == "unchanged"


def test_what_is_not_known_is_said(state: Path) -> None:
    assert run(state, "note", "https://nowhere.example/", "text").exit_code == 1
    assert not annotations_file(state).exists()


def test_feeds_are_written_from_the_snapshot_and_dates_are_listed(state: Path, tmp_path: Path) -> None:
    assert "written" in run(state, "feeds", "write").stdout
    assert (state / "briefing" / "feeds" / "all.atom.xml").exists()
    again = json.loads(run(state, "feeds", "write", "--json").stdout)
    assert (again[0]["written"], again[0]["removed"]) == ([], [])
    out = tmp_path / "served"
    run(state, "feeds", "write", "--out", str(out), "--base-url", "https://desk.example/f")
    assert b'href="https://desk.example/f/all.atom.xml"' in (out / "all.atom.xml").read_bytes()
    assert run(state, "feeds", "dates", "--from", "2026-01-01").exit_code == 0
    assert run(state, "feeds", "dates", "--from", "yesterday").exit_code == 2
    assert run(state, "feeds", "write", "--base-url", "ftp://x").exit_code == 2


def test_publish_says_what_it_did(tmp_path: Path) -> None:
    house = make_house(tmp_path)
    shutil.copytree(state_after_three_nights(), house.settings.state_dir, dirs_exist_ok=True)

    def publish(*words: str) -> dict[str, Any]:
        ran = CliRunner().invoke(app, ["warehouse", "publish", "--json", *words, "--config", str(house.folder)])
        assert ran.exit_code == 0, ran.output
        return dict(json.loads(ran.stdout))

    first = publish("--anew")
    assert (first["written"], first["anew"]) == (True, "it was asked for")
    assert publish()["written"] is False
    assert Path(first["path"]) == snapshot_file(house.settings.state_dir)
