"""A process that reads parts of WARC files: the raw pages never leave it, only what was read in them does.

`PartWorker` is the side of whoever wants something read, `main` that of the process. It is a plain child with two
pipes, so that it may be started from anywhere (a thread, a worker of a cluster), and it ends when its parent does. A
page that takes too long, or kills the process, becomes a problem of its own; the process is started anew behind it.
"""

from __future__ import annotations

import os
import pickle
import select
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from extractors.model import FeedEntry, FetchedPage, Problem
from extractors.pages.pool import Gate, PageLimits, PageReading, prepare_worker, read_bounded
from extractors.urls import canonical_url
from extractors.web.warc_parts import WarcPart, in_time, read_part

_LENGTH = struct.Struct("<I")
# A worker holds what a whole part brought to light, not one page.
LIMITS = PageLimits(memory_mb=500)
START_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PartJob:
    """A part to read, the time that its records must lie in, the largest page, and whose entries its pages become."""

    part: WarcPart
    source_id: str
    since: datetime | None = None
    until: datetime | None = None
    max_bytes: int = 15_000_000


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
        self._process: subprocess.Popen[bytes] | None = None
        self._buffer = bytearray()

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
                    else:
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

    def end(self) -> None:
        """Ends the process; the next `read` starts another."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()
            self._process = None
            self._buffer.clear()

    def _ask(self, job: PartJob, done: int) -> Iterator[FetchedPage | PageRead | Problem]:
        fresh = self._process is None
        process = self._process or self._start()
        assert process.stdin
        try:
            pickle.dump((job, done), process.stdin)
            process.stdin.flush()
        except BrokenPipeError as error:
            raise EOFError from error
        patience = START_S if fresh else self._limits.wall_s + 10 * self._limits.cpu_s
        while (message := self._next(process, patience)) is not None:
            # Passing over what was read before, and unpacking the next record, is quick; a page has its limit.
            patience = self._limits.wall_s if isinstance(message, FetchedPage) else START_S
            yield message

    def _start(self) -> subprocess.Popen[bytes]:
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from extractors.pages.part_worker import main; main()"], env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert self._process.stdin
        pickle.dump((self._limits, self._gate), self._process.stdin)
        return self._process

    def _next(self, process: subprocess.Popen[bytes], patience_s: float) -> Any:
        """The next message; None at the end of the part. Raises TimeoutError, and EOFError where the process died."""
        assert process.stdout
        deadline = time.monotonic() + patience_s
        while True:
            if len(self._buffer) >= _LENGTH.size:
                (length,) = _LENGTH.unpack_from(self._buffer)
                if len(self._buffer) >= _LENGTH.size + length:
                    message = pickle.loads(bytes(self._buffer[_LENGTH.size : _LENGTH.size + length]))
                    del self._buffer[: _LENGTH.size + length]
                    return message
            ready, _, _ = select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError
            piece = os.read(process.stdout.fileno(), 1 << 18)
            if not piece:
                raise EOFError
            self._buffer += piece


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


def main() -> None:
    """Reads jobs from standard input and answers them on standard output, until the input ends."""
    out = os.dup(1)
    os.dup2(2, 1)  # nobody's print may break into the answers
    limits, gate = pickle.load(sys.stdin.buffer)
    prepare_worker(limits, gate)
    while True:
        try:
            job, done = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        for message in read_job(job, done):
            _send(out, message)
        _send(out, None)


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


def _send(out: int, message: object) -> None:
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    left = memoryview(_LENGTH.pack(len(data)) + data)
    while left:
        left = left[os.write(out, left) :]

