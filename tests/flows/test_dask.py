"""Archives read on a Dask cluster: a worker that is killed in the middle costs its part, not the run."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

import pytest

from flows.backfill import Progress, backfill
from tests.flows.houses import make_house
from tests.flows.test_backfill import NOW, OURS, SMALL, one_worker, weeks
from warehouse.compare import compare_warehouses
from warehouse.connection import open_file

distributed = pytest.importorskip("distributed", reason="needs the extra `dask`")

__all__ = ["one_worker", "weeks"]  # fixtures


@pytest.mark.slow
def test_a_killed_dask_worker_costs_nothing_but_time(weeks: Path, one_worker: Path, tmp_path: Path) -> None:
    from distributed import Client, LocalCluster

    from flows.backfill.dask_readers import open_dask_readers
    from flows.night import warehouse_file

    house = make_house(tmp_path)
    killed: list[int] = []
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        pids = list(client.run(os.getpid).values())

        def heard(at: Progress) -> None:
            if not killed:  # the first part is stored: others are under way
                killed.append(pids[0])
                os.kill(pids[0], signal.SIGKILL)

        report = backfill(house, [weeks], now=NOW, part_bytes=SMALL, progress=heard,
                          readers=lambda night: open_dask_readers(client, night))  # fmt: skip
    assert killed and report.seen == 40 and report.balanced
    with contextlib.closing(open_file(warehouse_file(house.settings.state_dir))) as con:
        found = compare_warehouses(con, one_worker, leave_out=OURS)
    assert {one.table: one.differing for one in found if one.differing} == {}
