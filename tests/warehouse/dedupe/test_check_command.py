"""`sovwatch dedupe check`, as a person and as a script meet it."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from flows.commands import load_commands
from tests.warehouse.dedupe.invented import OTHER, WIRE


def check(*arguments: str) -> Result:
    return CliRunner().invoke(load_commands(), ["dedupe", "check", *arguments], env={"COLUMNS": "140"})


def written(folder: Path, name: str, paragraphs: tuple[str, ...]) -> str:
    path = folder / name
    path.write_text("\n\n".join((f"Heading of {name}", *paragraphs)), encoding="utf-8")
    return str(path)


def test_a_trim_is_shown_side_by_side(tmp_path: Path) -> None:
    trim, whole = written(tmp_path, "trim.txt", WIRE[:2]), written(tmp_path, "whole.txt", (*WIRE, *OTHER))
    shown = check(trim, whole)
    assert shown.exit_code == 0
    assert "contained-in" in shown.stdout
    assert shown.stdout.count("harbour authority") == 2


def test_json_has_the_evidence(tmp_path: Path) -> None:
    a, b = written(tmp_path, "a.txt", WIRE), written(tmp_path, "b.txt", OTHER)
    (found,) = json.loads(check(a, b, "--json").stdout)
    assert found["relation"] == "new"
    assert found["features"]["verbatim_in"] < 0.2
    assert 0 <= found["confidence"] < 0.5


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    missing = check(str(tmp_path / "nothing.txt"), str(tmp_path / "neither.txt"))
    assert missing.exit_code == 2
    unknown = check("https://nowhere.example/x", "https://nowhere.example/y", "--state", str(tmp_path))
    assert unknown.exit_code == 1
