"""A house on a lake is backed up, brought back, compacted and rebuilt like any other."""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.house import House
from config.settings import Retention, Warehouse
from flows.monitor import run_night
from flows.operation.backup import BackupError, find_backups, make_backup, restore_backup
from flows.operation.compact import compact
from flows.placing import FILE, LAKE, snapshot_file, warehouse_file
from flows.rebuild import BEFORE, rebuild
from tests.flows.houses import make_house, page
from tests.flows.loopback import serving
from tests.flows.test_monitor import ORDER
from tests.warehouse.lake.plays import differences, rows_of
from tests.warehouse.lake.servers import Servers
from warehouse.carry import carry_house
from warehouse.connection import open_file, open_snapshot
from warehouse.lake import Lake

NIGHT = datetime(2026, 3, 2, 22, tzinfo=UTC)
GARDEN = ["Tulips want to be planted before the first frost, in loose soil and at three times their own depth."] * 3


def on_lake(house: House, lake: Lake) -> House:
    return replace(house, settings=house.settings.model_copy(update={"warehouse": Warehouse(
        kind="lake", **asdict(lake))}))  # fmt: skip


def as_file(path: Path, folder: Path) -> dict[str, Counter[tuple[Any, ...]]]:
    """Every row of the warehouse, counted, read from a file that it was carried into."""
    folder.mkdir()
    for _ in carry_house(path, folder / FILE):
        pass
    with contextlib.closing(open_file(folder / FILE)) as con:
        return rows_of(con)


@pytest.mark.long
def test_a_house_on_a_lake_is_kept_like_any_other(servers: Servers, lake: Lake, tmp_path: Path) -> None:
    with serving({"/order": page("Forced sale of Lumora ordered", ORDER), "/tulips": page("Tulips", GARDEN)}) as site:
        site.pages["/feed.xml"] = site.feed(
            ("Forced sale", "/order", "Mon, 02 Mar 2026 09:00:00 GMT"),
            ("Tulips", "/tulips", "Mon, 02 Mar 2026 09:00:00 GMT"),
        )
        sources = [{"id": "outlet", "name": "Outlet", "feed_url": f"{site.base}/feed.xml"}]
        (tmp_path / "house").mkdir()
        house = on_lake(make_house(tmp_path / "house", sources=sources), lake)
        assert run_night(house, as_of=NIGHT).outcomes["new"] == 1
    state = house.settings.state_dir
    assert warehouse_file(state).name == LAKE
    before = as_file(state / LAKE, tmp_path / "before")

    # rebuilt from the archive alone: the same articles, verdicts, stories, and the old warehouse beside it
    report = rebuild(house, now=NIGHT + timedelta(days=1))
    assert report.replaced and report.differing == 0
    assert (state / BEFORE).is_file()
    assert warehouse_file(state).name == LAKE
    with open_snapshot(snapshot_file(state)) as con:
        assert con.execute("SELECT count(*) FROM developments").fetchall() == [(1,)]

    # backed up, and brought back: to a file, to an empty lake, and never over somebody else's runs
    (tmp_path / "backup").mkdir()
    make_backup(house, tmp_path / "backup", now=NIGHT)
    (made,) = find_backups(tmp_path / "backup")
    plain = tmp_path / "plain"
    restore_backup(made, plain, archive=tmp_path / "archive", config=None, now=NIGHT)
    with contextlib.closing(open_file(plain / FILE)) as con:
        assert {name: sides for name, sides in differences(rows_of(con), before).items() if name != "runs"} == {}
    other = servers.lake(f"{lake.catalog_schema}_again")
    again = tmp_path / "again"
    restore_backup(made, again, archive=tmp_path / "archive", config=None, now=NIGHT, lake=other)
    assert [path.name for path in again.glob("*.duckdb*")] == []
    with contextlib.closing(open_file(again / LAKE)) as con:
        assert con.execute("SELECT count(*) FROM article_versions WHERE origin = 'night'").fetchall() == [(1,)]
    with contextlib.closing(open_file(again / LAKE)) as con:
        con.execute("INSERT INTO runs SELECT * REPLACE ('stranger' AS run_id) FROM runs LIMIT 1")
    with pytest.raises(BackupError, match="name another catalog_schema"):
        restore_backup(made, tmp_path / "third", archive=tmp_path / "archive", config=None, now=NIGHT, lake=other)

    # what retention lets go is let go
    rules = Retention(off_topic_days=30)
    forgetful = replace(house, settings=house.settings.model_copy(update={"retention": rules}))
    done = compact(forgetful, now=NIGHT + timedelta(days=400))
    assert (done.entries, done.rewritten) == (1, False)
