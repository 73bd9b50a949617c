"""A warehouse carried to a lake and back is the same, row by row, whatever cut it off on the way."""

from __future__ import annotations

import contextlib
import importlib
import json
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from config.house import House
from config.load import load_house
from flows.commands import app
from flows.placing import FILE, LAKE, point_to_lake, settle_warehouse, warehouse_file
from tests.flows.houses import make_house
from tests.warehouse.lake.plays import differences, rows_of
from tests.warehouse.populated import fill
from warehouse.batches import add_rows
from warehouse.carry import carry_house
from warehouse.connection import WarehouseError, open_file
from warehouse.lake import Lake

# Registered on `app` by being imported.
for command in ("config", "sql", "status", "warehouse"):
    importlib.import_module(f"flows.commands.{command}")

CARRIER = """
import sys, time
from pathlib import Path
from warehouse.carry import carry_house
for table in carry_house(Path(sys.argv[1]), Path(sys.argv[2]), only=sys.argv[3].split(",")):
    print(table.table, flush=True)
    if table.table == "verdicts":
        time.sleep(60)
"""
# Smallest first, as they are carried; after the fourth it is killed.
SOME = ("runs", "story_list", "source_list", "verdicts", "entries", "article_versions")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse file after three invented nights."""
    path = tmp_path_factory.mktemp("filled") / FILE
    with contextlib.closing(open_file(path)) as con:
        fill(con)
    return path


def run(house: House, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*words, "--config", str(house.folder)], env={"COLUMNS": "200"})
    return done.exit_code, done.output


def set_kind(house: House, kind: str, **described: Any) -> None:
    file = house.folder / "settings.yaml"
    settings = yaml.safe_load(file.read_text(encoding="utf-8"))
    settings["warehouse"] = {**settings.get("warehouse", {}), **described, "kind": kind}
    file.write_text(yaml.safe_dump(settings), encoding="utf-8")


@pytest.mark.long
def test_a_house_goes_to_a_lake_and_back_by_one_setting(lake: Lake, filled: Path, tmp_path: Path) -> None:
    house = make_house(tmp_path)
    set_kind(house, "file", **asdict(lake))
    state = house.settings.state_dir
    state.mkdir()
    shutil.copy(filled, state / FILE)

    code, said = run(house, "warehouse", "copy", "--to", "lake")
    assert (code, "every table equal on both sides" in said) == (0, True), said
    assert warehouse_file(state) == state / LAKE
    assert run(house, "status")[0] == 2, "the setting still says file"
    set_kind(house, "lake")
    code, said = run(house, "sql", "SELECT count(*) AS n FROM articles", "--json")
    assert (code, json.loads(said)) == (0, [{"n": 6}])
    with contextlib.closing(open_file(filled)) as con:
        wanted = rows_of(con)
    with contextlib.closing(open_file(state / LAKE)) as con:
        add_rows(con, "topic_hits", [{"version_id": "v", "article_id": "a", "topic_id": "t", "weight": 1.0}])
    wanted["topic_hits"][("v", "a", "t", 1.0, None, None)] += 1

    code, said = run(house, "warehouse", "copy", "--from", "lake")
    assert (code, "say kind: file" in said) == (0, True), said
    set_kind(house, "file")
    assert warehouse_file(state) == state / FILE
    with contextlib.closing(open_file(state / FILE)) as con:
        assert differences(wanted, rows_of(con)) == {}


@pytest.mark.long
def test_a_copy_that_was_killed_goes_on_where_it_stopped(writing: Path, filled: Path, tmp_path: Path) -> None:
    shutil.copy(filled, tmp_path / "copy.duckdb")
    command = [sys.executable, "-c", CARRIER, str(tmp_path / "copy.duckdb"), str(writing), ",".join(SOME)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as carrier:
        assert carrier.stdout is not None
        done = []
        while "verdicts" not in done:
            done.append(carrier.stdout.readline().strip())
        carrier.kill()
    carried = list(carry_house(tmp_path / "copy.duckdb", writing, only=SOME))
    assert sorted(table.table for table in carried) == sorted(SOME)
    assert {table.table for table in carried if table.was_there} == set(done)
    assert 0 < len(done) < len(SOME)
    with contextlib.closing(open_file(writing)) as other:
        other.execute("INSERT INTO runs BY NAME SELECT * REPLACE ('of-the-lake' AS run_id) FROM runs LIMIT 1")
    with pytest.raises(WarehouseError, match="of-the-lake"):
        next(carry_house(tmp_path / "copy.duckdb", writing, only=SOME))


def test_a_setting_changed_without_carrying_is_refused(tmp_path: Path) -> None:
    lake = Lake(catalog="host=127.0.0.1 dbname=none", data=str(tmp_path / "data"))
    house = make_house(tmp_path)
    house.settings.state_dir.mkdir()
    (house.settings.state_dir / FILE).write_bytes(b"")
    set_kind(house, "lake", **asdict(lake))
    with pytest.raises(WarehouseError, match="copy --to lake") as caught:
        settle_warehouse(load_house(house.folder).settings)
    assert caught.value.problem.code == "moved"
    point_to_lake(house.settings.state_dir, lake)
    settle_warehouse(load_house(house.folder).settings)
    set_kind(house, "file")
    with pytest.raises(WarehouseError, match="copy --from lake"):
        settle_warehouse(load_house(house.folder).settings)


@pytest.mark.parametrize(
    ("described", "said"),
    [
        ({"kind": "lake"}, "a lake needs catalog and data"),
        ({"kind": "lake", "catalog": "host=h password=x", "data": "d"}, "a password must not stand in a file"),
        ({"kind": "lake", "catalog": "host=h dbname=d", "data": "s3://key:secret@b/"}, "data holds a user or a key"),
        ({"kind": "lake", "catalog": "host=h", "data": "d", "endpoint": "https://h"}, "a host and a port"),
    ],
)
def test_a_lake_is_described_in_full_and_without_secrets(tmp_path: Path, described: dict[str, Any], said: str) -> None:
    house = make_house(tmp_path)
    set_kind(house, **described)
    code, output = run(house, "config", "check")
    assert (code, said in output) == (2, True), output
