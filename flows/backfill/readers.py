"""Who reads the parts of archives: processes of this machine, or the workers of a Dask cluster."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from extractors.pages.part_reading import PartJob, PartReading
from extractors.pages.part_worker import PartWorker
from extractors.pages.pool import Gate

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C", covariant=True)


class Readers(Protocol):
    """Reads parts, several at once; gives them back in the order of the jobs, whoever is done first."""

    def read_all(self, jobs: Iterable[PartJob]) -> Iterator[PartReading]:
        """One reading a job, in order. `jobs` is read a few ahead, never all at once."""


class LocalReaders(AbstractContextManager["LocalReaders"]):
    """So many processes of this machine. Raw pages stay in them; a killed one costs the page that it was at."""

    def __init__(self, workers: int, gate: Gate | None) -> None:
        self._workers = workers
        self._gate = gate
        self._mine = threading.local()
        self._started: list[PartWorker] = []
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="parts")

    def __exit__(self, *_: object) -> None:
        # First the processes: a thread that waits for one then ends too.
        for worker in self._started:
            worker.end()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def read_all(self, jobs: Iterable[PartJob]) -> Iterator[PartReading]:
        """One reading a job, in order."""
        return in_order(jobs, lambda job: self._threads.submit(self._read, job), ahead=2 * self._workers)

    def _read(self, job: PartJob) -> PartReading:
        worker: PartWorker | None = getattr(self._mine, "worker", None)
        if worker is None:
            worker = self._mine.worker = PartWorker(self._gate)
            self._started.append(worker)
        return worker.read(job)


class _HasResult(Protocol[C]):
    def result(self) -> C:
        """What came of it."""


def in_order(jobs: Iterable[A], start: Callable[[A], Future[B] | _HasResult[B]], *, ahead: int) -> Iterator[B]:
    """The results in the order of the jobs; at most `ahead` are under way or not taken yet: what bounds memory."""
    waiting = iter(jobs)
    running: deque[Future[B] | _HasResult[B]] = deque()
    exhausted = False
    while True:
        while not exhausted and len(running) < ahead:
            job = next(waiting, None)
            if job is None:
                exhausted = True
            else:
                running.append(start(job))
        if not running:
            return
        yield running.popleft().result()
