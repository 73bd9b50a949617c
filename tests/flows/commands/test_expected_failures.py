"""What goes wrong on real machines is said in one line with what to do, and never as a traceback."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from config.load import load_house
from flows import doctor
from flows.commands import load_commands
from flows.exits import Exit
from flows.night import snapshot_file, warehouse_file
from flows.report import NightReport
from flows.showing import show_night
from tests.config.houses import write_house
from warehouse.connection import open_file
from warehouse.publish import publish_snapshot

NOW = datetime(2026, 3, 2, 22, tzinfo=UTC)


def house_in(tmp_path: Path, state: Path) -> Path:
    return write_house(tmp_path / "house", settings=f"state_dir: {state}\nmail: {{sender: a@b.org, host: h}}\n")


@pytest.mark.parametrize("words", ["run", "run --plain", "alerts list", "serve"])
def test_a_state_folder_that_cannot_be_written_is_said(tmp_path: Path, words: str) -> None:
    (tmp_path / "file").write_text("a file where the folder must go", encoding="utf-8")
    house = house_in(tmp_path, tmp_path / "file" / "state")
    done = subprocess.run(
        [sys.executable, "-c", "from flows.commands import main; main()", *words.split(), "--config", str(house)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert f"the state folder {tmp_path / 'file' / 'state'} cannot be written" in done.stderr
    assert "state_dir in settings.yaml" in done.stderr


def test_the_doctor_goes_on_where_the_state_folder_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    house = load_house(house_in(tmp_path, tmp_path / "file" / "state"))
    found = {finding.what: finding for finding in doctor.examine(house, now=NOW, online=False)}
    assert found["state folder"].level == found["disk"].level == "error"
    assert "mail credentials" in found


def test_the_doctor_finds_a_damaged_warehouse_and_a_damaged_snapshot(tmp_path: Path) -> None:
    house = load_house(house_in(tmp_path, tmp_path / "state"))
    state = house.settings.state_dir
    state.mkdir()
    con = open_file(warehouse_file(state))
    publish_snapshot(con, snapshot=snapshot_file(state), published_at=NOW)
    con.close()
    levels = {finding.what: finding.level for finding in doctor.examine(house, now=NOW, online=False)}
    assert (levels["warehouse"], levels["snapshot"]) == ("ok", "ok")
    for file in (warehouse_file(state), snapshot_file(state)):
        file.unlink()
        file.write_bytes(b"\0" * 9_000)
    found = {finding.what: finding for finding in doctor.examine(house, now=NOW, online=False)}
    assert found["warehouse"].level == found["snapshot"].level == "error"
    assert "sovwatch restore" in found["warehouse"].found
    assert "sovwatch warehouse publish" in found["snapshot"].found
    said = CliRunner().invoke(load_commands(), ["status", "--config", str(house.folder)])
    assert said.exit_code == 1
    assert "sovwatch rebuild" in said.stderr


def test_a_night_that_is_to_come_is_refused(tmp_path: Path) -> None:
    house = house_in(tmp_path, tmp_path / "state")
    words = ["run", "--plain", "--as-of", "9998-01-01", "--config", str(house)]
    said = CliRunner().invoke(load_commands(), words)
    assert said.exit_code == 2
    assert "lies ahead" in said.stderr
    assert not (tmp_path / "state").exists()


def test_an_export_into_a_folder_that_is_not_there_names_it(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    con = open_file(warehouse_file(state))
    publish_snapshot(con, snapshot=snapshot_file(state), published_at=NOW)
    con.close()
    words = ["export", "articles", "--out", str(tmp_path / "none/x.csv"), "--state", str(state)]
    said = CliRunner().invoke(load_commands(), words)
    assert said.exit_code == 1
    assert f"there is no folder {tmp_path / 'none'}" in said.stderr.replace("\n", " ")


def shown(report: NightReport) -> str:
    stream = StringIO()
    show_night(report, Console(file=stream, width=160))
    return stream.getvalue()


def test_a_night_without_network_does_not_say_that_no_source_was_due() -> None:
    said = shown(NightReport(run_id="a", kind="night", as_of=NOW, exit_code=Exit.NO_NETWORK))
    assert "No source could be reached" in said
    assert "due" not in said


def test_a_backfill_speaks_of_pages_not_of_a_night() -> None:
    said = shown(NightReport(run_id="a", kind="backfill", as_of=NOW, seen=3, outcomes={"new": 3}))
    assert said.startswith("Backfill of 2026-03-02")
    assert "3 pages and addresses: 3 new" in said
    assert "sources" not in said
