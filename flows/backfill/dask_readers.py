"""Archives and pages read on a Dask cluster: workers share nothing with us but the queue and the files.

`distributed` is used as it is. `prefect-dask` maps Prefect tasks over a cluster; here the unit of work is a part of a
file, of which a run may have tens of thousands, and a Prefect task run for each would cost more than reading it.
"""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from functools import partial
from itertools import tee

from distributed import Client, LocalCluster

from extractors.pages.part_reading import PartJob, PartReading
from extractors.pages.part_worker import PageTask, PartWorker
from extractors.pages.pool import Gate, PageJob, PageReading
from flows.backfill.readers import in_order
from flows.night import Night

_MINE = threading.local()


class DaskReaders(AbstractContextManager["DaskReaders"]):
    """Reads parts on the workers of a client. A worker that is killed costs its part, which another one reads again."""

    def __init__(self, client: Client, gate: Gate | None, *, key: str) -> None:
        self._client = client
        self._key = key
        # Sent with every part (some 50 KB for 8 MB of archive): data scattered to workers is lost when one is killed.
        self._gate = pickle.dumps(gate)

    def __exit__(self, *_: object) -> None:
        """Nothing to close: the client is its owner's."""

    def read_all(self, jobs: Iterable[PartJob]) -> Iterator[PartReading]:
        """One reading a job, in order. The files must lie under the same paths for every worker."""
        threads = sum(self._client.nthreads().values()) or 1  # type: ignore[no-untyped-call]

        def start(job: PartJob) -> object:
            return self._client.submit(read_on_worker, job, self._gate, self._key, pure=False, retries=2)

        return in_order(jobs, start, ahead=2 * threads)  # type: ignore[arg-type]


class DaskPool(AbstractContextManager["DaskPool"]):
    """A night's pages read on a Dask cluster: what `PagePool` is on one machine."""

    def __init__(self, client: Client, gate: Gate | None, *, key: str) -> None:
        self._client = client
        self._key = key
        self._gate = pickle.dumps(gate)

    def __exit__(self, *_: object) -> None:
        """Nothing to close: the client is its owner's."""

    def read_many(self, jobs: Iterable[PageJob], *, now: datetime) -> Iterator[tuple[PageJob, PageReading]]:
        """Each job with its reading, in order. A worker that is killed costs nothing: others read its pages again."""
        waiting, asked = tee(jobs)
        threads = sum(self._client.nthreads().values()) or 1  # type: ignore[no-untyped-call]

        def start(job: PageJob) -> object:
            task = PageTask(job=job, now=now)
            return self._client.submit(read_page_on_worker, task, self._gate, self._key, pure=False, retries=2)

        readings: Iterator[PageReading] = in_order(asked, start, ahead=4 * threads)  # type: ignore[arg-type]
        yield from zip(waiting, readings, strict=True)


def read_page_on_worker(task: PageTask, gate: bytes, key: str) -> PageReading:
    """In a Dask worker: one page."""
    return _my_worker(gate, key).read_page(task)


def read_on_worker(job: PartJob, gate: bytes, key: str) -> PartReading:
    """In a Dask worker: its thread has a reading process of its own, for as long as the gate stays the same."""
    return _my_worker(gate, key).read(job)


def _my_worker(gate: bytes, key: str) -> PartWorker:
    if getattr(_MINE, "key", None) != key:
        if getattr(_MINE, "worker", None) is not None:
            _MINE.worker.end()
        _MINE.worker, _MINE.key = PartWorker(pickle.loads(gate)), key
    worker: PartWorker = _MINE.worker
    return worker


@contextmanager
def open_dask_pool(night: Night, address: str) -> Iterator[DaskPool]:
    """Readers of a night's pages, on the scheduler at `address` or, for `local`, on a cluster of this machine."""
    workers = night.house.settings.workers
    with _open_client(None if address == "local" else address, workers=workers) as client:
        yield DaskPool(client, night.gate, key=night.run_id)


def open_dask_readers(client: Client, night: Night) -> DaskReaders:
    """Readers for a run, on the workers of the client."""
    return DaskReaders(client, night.gate, key=night.run_id)


@contextmanager
def dask_cluster(
    address: str | None, *, workers: int | None = None
) -> Iterator[Callable[[Night], AbstractContextManager[DaskReaders]]]:
    """What opens the readers of a run on the scheduler at `address`, or on a cluster of this machine."""
    with _open_client(address, workers=workers) as client:
        yield partial(open_dask_readers, client)


@contextmanager
def _open_client(address: str | None, *, workers: int | None) -> Iterator[Client]:
    if address is not None:
        with Client(address) as client:  # type: ignore[no-untyped-call]
            yield client
        return
    with (
        LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=workers or 2, threads_per_worker=1, dashboard_address=None
        ) as cluster,
        Client(cluster) as client,  # type: ignore[no-untyped-call]
    ):
        yield client
