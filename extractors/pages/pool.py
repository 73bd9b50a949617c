"""Pages read in worker processes that may die: each page has a limit on time and memory, the pool has none on deaths.

    with PagePool(workers=2, gate=matcher.match) as pool:
        for job, reading in pool.read_many(jobs, now=now):       # gate first, full extraction only where it may matter
            ...
        for job, article in pool.extract_many(jobs, now=now):    # no gate
            ...

Results come in the order in which pages are done. `jobs` may be a generator: it is read a few pages ahead of the
workers, never all at once. A page that is too slow, too large in memory or crashes its worker is a `Problem` of stage
`extract` (`too-slow`, `too-much-memory`, `worker-died`, `extractor-bug`); its worker goes on or is replaced, its
neighbours are safe.
"""

from __future__ import annotations

import resource
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from types import FrameType, TracebackType

from pebble import ProcessExpired, ProcessPool

from extractors.model import Article, FeedEntry, FetchedPage, Problem, TopicMatch
from extractors.pages.forking import fork_context

# (title, lead, text, language) -> matches; sent to each worker once, so it must be picklable.
Gate = Callable[[str, str, str, str | None], tuple[TopicMatch, ...]]


# Restarts without a page read in between, after which something is wrong that no restart mends.
MAX_VAIN_STARTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PageJob:
    """A page to read, the entry that led to it, and the site's known boilerplate (hashes, see `boilerplate.py`)."""

    page: FetchedPage
    entry: FeedEntry | None = None
    site_boilerplate: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReading:
    """What became of a page behind a gate: exactly one of `article`, `problem` or `off_topic`.

    `title` is the page's own (the entry's, where it has none), also for pages that are off topic. `topics` are those
    of the article's clean text, empty when off topic.
    """

    title: str
    article: Article | None = None
    problem: Problem | None = None
    topics: tuple[TopicMatch, ...] = ()
    off_topic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLimits:
    """Bounds on one page. `cpu_s` cuts the page and keeps the worker; `wall_s` ends the worker (a page stuck in C
    code, or a machine at a standstill); `memory_mb` is what a page may add to the worker's address space."""

    cpu_s: float = 1.0
    wall_s: float = 5.0
    memory_mb: int = 300


class PagePool:
    """Workers that extract pages; a context manager. See the module for its use. Not for several threads at once."""

    def __init__(self, *, workers: int = 2, limits: PageLimits | None = None, gate: Gate | None = None) -> None:
        self.workers = workers
        self.limits = limits or PageLimits()
        self.gate = gate
        self._context = fork_context()
        self._pool: ProcessPool | None = None
        self._vain_starts = 0

    def __enter__(self) -> PagePool:
        # What workers import, this process can import too: an installation that is broken raises here, once.
        import_module("extractors.pages.reading")
        self._pool = self._start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()
            self._pool = None

    def extract_many(self, jobs: Iterable[PageJob], *, now: datetime) -> Iterator[tuple[PageJob, Article | Problem]]:
        """Each job with its article, or with the problem that stood in its way; in order of completion."""
        for job, result in self._run(jobs, _extract_in_worker, now):
            assert isinstance(result, Article | Problem)
            yield job, result

    def read_many(self, jobs: Iterable[PageJob], *, now: datetime) -> Iterator[tuple[PageJob, PageReading]]:
        """Each job with its reading: the gate looks at the cheap text first, then again at the clean article.

        Without a gate, every page counts as on topic (and has no topics).
        """
        for job, result in self._run(jobs, _read_in_worker, now):
            if isinstance(result, Problem):
                yield job, PageReading(title=job.entry.title if job.entry else "", problem=result)
            else:
                assert isinstance(result, PageReading)
                yield job, result

    def _run(self, jobs: Iterable[PageJob], work: Callable[..., Article | Problem | PageReading],
             now: datetime) -> Iterator[tuple[PageJob, Article | Problem | PageReading]]:  # fmt: skip
        waiting = iter(jobs)
        running: dict[Future[Article | Problem | PageReading], PageJob] = {}
        exhausted = False
        while True:
            while not exhausted and len(running) < 4 * self.workers:
                job = next(waiting, None)
                if job is None:
                    exhausted = True
                else:
                    running[self._schedule(work, job, now)] = job
            if not running:
                return
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                job = running.pop(future)
                try:
                    result = future.result()
                    self._vain_starts = 0
                    yield job, result
                except TimeoutError:
                    yield job, _problem(job, "too-slow", f"reading the page took more than {self.limits.wall_s:g} s")
                except ProcessExpired as death:
                    yield job, _problem(job, "worker-died", f"the page ended its worker (code {death.exitcode})")
                except BrokenProcessPool:
                    # All workers died while idle (killed from outside): nobody's fault, so the page is read again.
                    self._restart()
                    running[self._schedule(work, job, now)] = job
                except Exception as bug:  # one page's bug must not cost the night its other pages; the log has it
                    yield job, _problem(job, "extractor-bug", f"{type(bug).__name__}: {bug}"[:500])

    def _schedule(self, work: Callable[..., Article | Problem | PageReading], job: PageJob,
                  now: datetime) -> Future[Article | Problem | PageReading]:  # fmt: skip
        if self._pool is None:
            raise RuntimeError("PagePool is used outside its `with` block")
        if not self._pool.active:
            self._restart()
        assert self._pool is not None
        future: Future[Article | Problem | PageReading] = self._pool.schedule(
            work, args=(job.page, job.entry, now, job.site_boilerplate), timeout=self.limits.wall_s
        )
        return future

    def _start(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self.workers, initializer=_prepare_worker, initargs=(self.limits, self.gate),
            context=self._context,
        )  # fmt: skip

    def _restart(self) -> None:
        if self._pool is not None and not self._pool.active:
            self._vain_starts += 1
            if self._vain_starts > MAX_VAIN_STARTS:
                raise RuntimeError(
                    "the workers that read pages end as soon as they start; a script of your own that runs nights "
                    'must do so under `if __name__ == "__main__":`, because workers import it again'
                )
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()
            self._pool = self._start()


def _problem(job: PageJob, code: str, detail: str) -> Problem:
    return Problem(stage="extract", url=job.page.final_url, code=code, detail=detail)


# ---- inside a worker ----


class _OutOfTime(BaseException):
    """Raised by the timer in the middle of a page; not an Exception, so that no library swallows it."""


_limits = PageLimits()
_gate: Gate | None = None


def _prepare_worker(limits: PageLimits, gate: Gate | None) -> None:
    global _limits, _gate
    from extractors.pages import warm  # noqa: F401  (models are loaded before the first page is timed)

    _limits, _gate = limits, gate
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    signal.signal(signal.SIGPROF, _cut_off)
    bound = _address_space_bytes() + limits.memory_mb * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (bound, resource.RLIM_INFINITY))


def _address_space_bytes() -> int:
    """What this process has mapped; a generous guess where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except (OSError, ValueError):
        return 2**30


def _cut_off(_signal: int, _frame: FrameType | None) -> None:
    raise _OutOfTime


def _bounded(page: FetchedPage, work: Callable[[], Article | Problem | PageReading]) -> Article | Problem | PageReading:
    """The work's result, or the problem that it took too much processor time or memory."""
    try:
        signal.setitimer(signal.ITIMER_PROF, _limits.cpu_s)
        try:
            return work()
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    except _OutOfTime:
        detail = f"reading the page took more than {_limits.cpu_s:g} s of processor time"
        return Problem(stage="extract", url=page.final_url, code="too-slow", detail=detail)
    except MemoryError:
        detail = f"reading the page took more than {_limits.memory_mb} MB"
        return Problem(stage="extract", url=page.final_url, code="too-much-memory", detail=detail)


def _extract_in_worker(page: FetchedPage, entry: FeedEntry | None, now: datetime,
                       site_boilerplate: frozenset[str]) -> Article | Problem | PageReading:  # fmt: skip
    from extractors.pages.article import extract_article

    return _bounded(page, lambda: extract_article(page, entry, now=now, site_boilerplate=site_boilerplate))


def _read_in_worker(page: FetchedPage, entry: FeedEntry | None, now: datetime,
                    site_boilerplate: frozenset[str]) -> Article | Problem | PageReading:  # fmt: skip
    from extractors.pages.reading import read_page

    return _bounded(page, lambda: read_page(page, entry, now=now, gate=_gate, site_boilerplate=site_boilerplate))


def prepare_worker(limits: PageLimits, gate: Gate | None) -> None:
    """Makes this process one that reads pages within limits; for workers that are not the pool's own."""
    _prepare_worker(limits, gate)


def read_bounded(
    page: FetchedPage, entry: FeedEntry | None, *, now: datetime, site_boilerplate: frozenset[str] = frozenset()
) -> PageReading:
    """The page's reading in this prepared process, in its main thread; a bug in one page becomes its problem."""
    title = entry.title if entry else ""
    try:
        result = _read_in_worker(page, entry, now, site_boilerplate)
    except Exception as bug:  # as in PagePool: one page's bug must not cost the others
        detail = f"{type(bug).__name__}: {bug}"[:500]
        result = Problem(stage="extract", url=page.final_url, code="extractor-bug", detail=detail)
    if isinstance(result, Problem):
        return PageReading(title=title, problem=result)
    assert isinstance(result, PageReading)
    return result
