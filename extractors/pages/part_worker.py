"""A process that reads parts of WARC files: the raw pages never leave it, only what was read in them does.

`PartWorker` is the side of whoever wants something read, `serve` that of the process. It may be started anywhere (in a
thread, a worker of a cluster), and it ends when its parent does. A page that takes too long, or kills the process,
becomes a problem of its own; the process is started anew behind it.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Protocol, Self

from extractors.model import FeedEntry, FetchedPage, Problem
from extractors.pages.pool import Gate, PageJob, PageLimits, PageReading, prepare_worker, read_bounded
from extractors.urls import canonical_url
from extractors.web.warc_parts import WarcPart, in_time, read_part

# A worker holds what a whole part brought to light, not one page.
LIMITS = PageLimits(memory_mb=500)
# A busy machine takes a while to start a process; one that cannot start ends at once.
START_S = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PartJob:
    """A part to read, the time that its records must lie in, the largest page, and whose entries its pages become."""

    part: WarcPart
    source_id: str
    since: datetime | None = None
    until: datetime | None = None
    max_bytes: int = 15_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTask:
    """A page that was fetched, to be read by the clock `now`."""

    job: PageJob
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRead:
    """A page of a part with its reading. The body and headers are there only where it gave an article."""

    page: FetchedPage
    entry: FeedEntry
    reading: PageReading


@dataclass(slots=True, kw_only=True)
class PartReading:
    """What stood in a part, in the file's order; `problems` are those of the file itself."""

    part: WarcPart
    pages: list[PageRead] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


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
        done = 0
        while True:
            at: FetchedPage | None = None
            try:
                for message in self._ask(job, done):
                    if isinstance(message, FetchedPage):
                        at = message
                    elif isinstance(message, PageRead):
                        found.pages.append(message)
                        done, at = done + 1, None
                    elif isinstance(message, Problem):
                        found.problems.append(message)
                return found
            except (EOFError, TimeoutError) as error:
                self.end()
                if at is None:
                    raise RuntimeError("a worker that reads parts ended between two pages, or did not start") from error
                slow = isinstance(error, TimeoutError)
                detail = f"took more than {self._limits.wall_s:g} s" if slow else "ended its worker"
                problem = Problem(stage="extract", url=at.final_url, code="too-slow" if slow else "worker-died",
                                  detail=f"reading the page {detail}")  # fmt: skip
                entry = entry_of_page(at, job)
                found.pages.append(PageRead(page=at, entry=entry, reading=PageReading(title="", problem=problem)))
                done += 1

    def read_page(self, task: PageTask) -> PageReading:
        """The page's reading; a page that is too slow or kills the process is a problem."""
        page, entry = task.job.page, task.job.entry
        try:
            for message in self._ask(task, 0):
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
        self, job: PartJob | PageTask, done: int
    ) -> Iterator[FetchedPage | PageRead | PageReading | Problem]:
        fresh = self._pipe is None
        pipe = self._pipe or self._start()
        patience = START_S if fresh else self._limits.wall_s + 10 * self._limits.cpu_s
        try:
            pipe.send((job, done))
            while True:
                if not pipe.poll(patience):
                    raise TimeoutError
                message = pipe.recv()
                if message is None:
                    return
                # Passing over what was read before, and unpacking the next record, is quick; a page has its limit.
                patience = self._limits.wall_s if isinstance(message, FetchedPage) else START_S
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
    """A child of the fork server, which has imported everything: there in milliseconds."""

    def __init__(self, theirs: Connection) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["extractors.pages.warm"])
        self._process = context.Process(target=serve, args=(theirs,), daemon=True)
        self._process.start()

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


def entry_of_page(page: FetchedPage, job: PartJob) -> FeedEntry:
    """The page as an entry of its file. Its address is its key: a page that stands in two files is read once."""
    url = canonical_url(page.final_url)
    return FeedEntry(
        source_id=job.source_id, feed_url=str(job.part.path), key=page.final_url, url=url, link=page.final_url, title=""
    )


def end_of_day(at: datetime) -> datetime:
    """The last second of the day: the clock by which a page of the past is read, the same for all of a day."""
    return at.replace(hour=23, minute=59, second=59, microsecond=0)


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
            job, done = pipe.recv()
            if isinstance(job, PageTask):
                one = job.job
                pipe.send(read_bounded(one.page, one.entry, now=job.now, site_boilerplate=one.site_boilerplate))
            else:
                for message in read_job(job, done):
                    pipe.send(message)
            pipe.send(None)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def read_job(job: PartJob, done: int) -> Iterator[FetchedPage | PageRead | Problem]:
    """Before each page which one it is, without its body; then its reading. The first `done` pages are passed over."""
    for page in read_part(job.part, max_bytes=job.max_bytes):
        if isinstance(page, Problem):
            yield page
        elif in_time(page.fetched_at, job.since, job.until):
            if done:
                done -= 1
                continue
            empty = FetchedPage(url=page.url, final_url=page.final_url, status=page.status, headers=(), body=b"",
                                fetched_at=page.fetched_at, archive=page.archive)  # fmt: skip
            yield empty
            entry = entry_of_page(page, job)
            reading = read_bounded(page, entry, now=end_of_day(page.fetched_at))
            yield PageRead(page=page if reading.article is not None else empty, entry=entry, reading=reading)

