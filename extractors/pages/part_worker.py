"""A process that reads parts of WARC files: the raw pages never leave it, only what was read in them does.

`PartWorker` is the side of whoever wants something read, `serve` that of the process. It may be started anywhere (in a
thread, a worker of a cluster), and it ends when its parent does. What was read is handed over by the handful. A page
that takes too long, or kills the process, becomes a problem of its own: the process is started anew, and reads the rest
of the part so that it names each page first.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from types import ModuleType, TracebackType
from typing import Protocol, Self

from extractors.model import FetchedPage, Problem
from extractors.pages.forking import fork_context
from extractors.pages.part_reading import PageRead, PartJob, PartReading, PassedPage, entry_of_page, read_job
from extractors.pages.pool import Gate, PageJob, PageLimits, PageReading, prepare_worker, read_bounded

# A worker holds what a whole part brought to light, not one page.
LIMITS = PageLimits(memory_mb=500)
_STARTING = threading.Lock()
# A busy machine takes a while to start a process; one that cannot start ends at once.
START_S = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTask:
    """A page that was fetched, to be read by the clock `now`."""

    job: PageJob
    now: datetime


class PartWorker:
    """The process, started when first needed; a context manager. Not for several threads at once."""

    def __init__(self, gate: Gate | None, *, limits: PageLimits = LIMITS) -> None:
        self._gate = gate
        self._limits = limits
        self._process: _Running | None = None
        self._pipe: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def read(self, job: PartJob) -> PartReading:
        """What stands in the part. A page that kills the process twenty times over is its own problem each time."""
        found = PartReading(part=job.part)
        careful = False
        while True:
            at: FetchedPage | None = None
            try:
                for message in self._ask(job, done=len(found.pages), careful=careful):
                    if isinstance(message, FetchedPage):
                        at = message
                    elif isinstance(message, list):
                        found.pages += message
                        at = None
                    elif isinstance(message, Problem):
                        found.problems.append(message)
                return found
            except (EOFError, TimeoutError) as error:
                self.end()
                if not careful:  # nobody knows at which page
                    careful = True
                    continue
                if at is None:
                    raise RuntimeError("a worker that reads parts ended between two pages, or did not start") from error
                slow = isinstance(error, TimeoutError)
                detail = f"took more than {self._limits.wall_s:g} s" if slow else "ended its worker"
                problem = Problem(stage="extract", url=at.final_url, code="too-slow" if slow else "worker-died",
                                  detail=f"reading the page {detail}")  # fmt: skip
                entry = entry_of_page(at, job)
                found.pages.append(PageRead(page=at, entry=entry, reading=PageReading(title="", problem=problem)))

    def read_page(self, task: PageTask) -> PageReading:
        """The page's reading; a page that is too slow or kills the process is a problem."""
        page, entry = task.job.page, task.job.entry
        try:
            for message in self._ask(task):
                if isinstance(message, PageReading):
                    return self._rest(message)
        except (EOFError, TimeoutError) as error:
            self.end()
            slow = isinstance(error, TimeoutError)
            detail = "reading the page took too long" if slow else "the page ended its worker"
            code = "too-slow" if slow else "worker-died"
            problem = Problem(stage="extract", url=page.final_url, code=code, detail=detail)
            return PageReading(title=entry.title if entry else "", problem=problem)
        raise RuntimeError("a worker that reads pages said nothing")

    def _rest(self, reading: PageReading) -> PageReading:
        assert self._pipe is not None
        self._pipe.recv()  # the end of the answer
        return reading

    def end(self) -> None:
        """Ends the process; the next `read` starts another."""
        if self._process is not None and self._pipe is not None:
            self._pipe.close()
            self._process.kill()
            self._process.wait()
            self._process = self._pipe = None

    def _ask(
        self, job: PartJob | PageTask, *, done: int = 0, careful: bool = True
    ) -> Iterator[FetchedPage | list[PageRead | PassedPage] | PageReading | Problem]:
        fresh = self._pipe is None
        pipe = self._pipe or self._start()
        at_a_page = self._limits.wall_s + 10 * self._limits.cpu_s
        patience = START_S if fresh else at_a_page
        try:
            pipe.send((job, done, careful))
            while True:
                if not pipe.poll(patience):
                    raise TimeoutError
                message = pipe.recv()
                if message is None:
                    return
                # Passing over what was read before, and unpacking the next record, is quick; a page has its limit.
                named = isinstance(message, FetchedPage)
                patience = self._limits.wall_s if named else START_S if careful else at_a_page
                yield message
        except (BrokenPipeError, ConnectionResetError) as error:
            raise EOFError from error

    def _start(self) -> Connection:
        ours, theirs = multiprocessing.Pipe()
        # A daemon, as Dask's workers are, may have no children of multiprocessing's own.
        start = _start_program if multiprocessing.current_process().daemon else _start_fork
        self._process = start(theirs)
        theirs.close()  # so that the end of the process is the end of the pipe
        self._pipe = ours
        try:
            ours.send((self._limits, self._gate))
        except (BrokenPipeError, ConnectionResetError) as error:
            raise EOFError from error
        return ours


class _Running(Protocol):
    """A process that was started."""

    def kill(self) -> None:
        """Ends it at once."""

    def wait(self) -> object:
        """Waits until it has ended."""


class _Fork:
    """A child of the fork server."""

    def __init__(self, theirs: Connection) -> None:
        self._process = fork_context().Process(target=serve, args=(theirs,), daemon=True)
        # A worker needs nothing of the program that starts it, and would import it again: a second of each start.
        with _STARTING:
            program = sys.modules["__main__"]
            sys.modules["__main__"] = ModuleType("__main__")
            try:
                self._process.start()
            finally:
                sys.modules["__main__"] = program

    def kill(self) -> None:
        """Ends it at once."""
        self._process.kill()

    def wait(self) -> None:
        """Waits until it has ended."""
        self._process.join()


def _start_fork(theirs: Connection) -> _Running:
    return _Fork(theirs)


def _start_program(theirs: Connection) -> _Running:
    command = f"from extractors.pages.part_worker import serve_on; serve_on({theirs.fileno()})"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    return subprocess.Popen([sys.executable, "-c", command], env=environment, pass_fds=[theirs.fileno()])


# ---- inside the process ----


def serve_on(descriptor: int) -> None:
    """`serve` on an inherited pipe."""
    serve(Connection(descriptor))


def serve(pipe: Connection) -> None:
    """Answers jobs until the other end is closed."""
    limits, gate = pipe.recv()
    prepare_worker(limits, gate)
    try:
        while True:
            job, done, careful = pipe.recv()
            if isinstance(job, PageTask):
                one = job.job
                pipe.send(read_bounded(one.page, one.entry, now=job.now, site_boilerplate=one.site_boilerplate))
            else:
                for message in read_job(job, done=done, careful=careful):
                    pipe.send(message)
            pipe.send(None)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
