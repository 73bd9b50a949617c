"""Processes that read texts and compare articles: pure work on texts, nothing else leaves the main process.

Started when first needed, ended with the `with` block. Workers import the main module again (the fork server is not a
fork of this process, which has threads and open DuckDB files), so that a script of one's own needs an
`if __name__ == "__main__":`; without it, and if workers die again and again, a RuntimeError says so.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T")
MAX_STARTS: Final = 3


class Pending(Generic[T]):
    """Work under way; `result` waits for it. Work whose worker died is done again by another."""

    def __init__(self, crew: CopyWorkers, work: Callable[..., T], arguments: tuple[Any, ...]) -> None:
        self._crew, self._work, self._arguments = crew, work, arguments
        self._started, self._future = crew.start_work(work, arguments)

    def result(self) -> T:
        """What the work gave. Raises what it raised, and RuntimeError if workers keep dying."""
        while True:
            try:
                return self._future.result()
            except BrokenProcessPool:
                self._crew.replace(self._started)
                self._started, self._future = self._crew.start_work(self._work, self._arguments)


class CopyWorkers:
    """So many worker processes; a context manager. With one, everything is done in this process, when it is asked for.

    Not for several threads at once.
    """

    def __init__(self, workers: int) -> None:
        # A daemon may not have children of its own; the verdicts are the same.
        self.workers = 1 if multiprocessing.current_process().daemon else workers
        self._pool: ProcessPoolExecutor | None = None
        self._starts = 0

    @property
    def is_parallel(self) -> bool:
        """Whether there are other processes to work in."""
        return self.workers > 1

    def __enter__(self) -> CopyWorkers:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def submit(self, work: Callable[..., T], *arguments: Any) -> Pending[T]:
        """Starts work in a worker; function and arguments must be picklable."""
        return Pending(self, work, arguments)

    def start_work(self, work: Callable[..., T], arguments: tuple[Any, ...]) -> tuple[int, Future[T]]:
        """The number of the pool that took the work, and its future."""
        while True:
            pool = self._pool or self._start()
            try:
                return self._starts, pool.submit(work, *arguments)
            except (BrokenProcessPool, EOFError, OSError):  # the latter two where the fork server has died
                self.replace(self._starts)

    def replace(self, broken: int) -> None:
        """Gives up the pool of that number, unless it was given up already."""
        if broken == self._starts and self._pool is not None:
            self._pool.shutdown(wait=False)
            self._pool = None

    def _start(self) -> ProcessPoolExecutor:
        if self._starts >= MAX_STARTS:
            raise RuntimeError(
                "the workers that compare articles die again and again (out of memory?); a script of your own that "
                'judges with several workers must do so under `if __name__ == "__main__":`, because workers import it'
            )
        self._starts += 1
        context = multiprocessing.get_context("forkserver")
        self._pool = ProcessPoolExecutor(self.workers, mp_context=context, initializer=_begin)
        return self._pool


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
