"""Fetches the pages of waiting entries and reads them: archived first, gated by topic, stored in batches.

Fetching runs in a thread of its own and hands pages over through a bounded queue; reading takes them from there, so
that waiting for slow hosts and extracting overlap.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from extractors.model import FetchedPage, Problem
from extractors.pages.pool import PageJob, PagePool, PageReading
from extractors.urls import site_of
from extractors.web.model import FetchRequest, FetchResult, NotModified
from extractors.web.wrappers import leads_nowhere
from flows.night import Night
from flows.performing import Performer
from flows.steps.fates import feed_text_as_page, reading_of_page, reading_of_problem
from flows.steps.requesting import ask_all, keep_site_files
from warehouse.boilerplate import add_site_paragraphs, find_site_boilerplate
from warehouse.store import FetchRecord, PendingEntry, Reading, add_readings, find_pending, transaction

BATCH = 100
AHEAD = 200  # pages that fetching may run ahead of reading: what bounds the memory
Answer = tuple[PendingEntry, FetchResult]


def read_pages(night: Night, do: Performer) -> int:
    """How many waiting entries were dealt with; each ends in an outcome, a stored article or another try later."""
    waiting = do.run("find waiting entries", lambda: find_waiting(night))
    if not waiting:
        return 0
    supply = PageSupply()
    fetching = do.start("fetch pages", lambda: supply.fetch(night, waiting))
    done = 0
    with supply, open_pool(night) as pool:
        while batch := supply.take(night, BATCH):
            done += do.run("read pages", lambda answers=batch: read_batch(night, pool, answers))  # type: ignore[misc]
    fetching.result()
    with night.timed("duckdb"), transaction(night.con):
        keep_site_files(night)
    return done


class Pool(Protocol):
    """Whoever reads pages: `PagePool`, or a cluster."""

    def read_many(self, jobs: Iterable[PageJob], *, now: datetime) -> Iterator[tuple[PageJob, PageReading]]:
        """Each job with its reading, in any order."""


def open_pool(night: Night) -> AbstractContextManager[Pool]:
    """The readers that the settings ask for: processes of this machine, or the workers of a Dask cluster."""
    settings = night.house.settings
    if settings.dask is None:
        return PagePool(workers=settings.workers, gate=night.gate)
    from flows.backfill.dask_readers import open_dask_pool  # an extra: not everybody has it

    return open_dask_pool(night, settings.dask)


def find_waiting(night: Night) -> list[PendingEntry]:
    """The entries whose page is to be fetched now: new, changed, or left over and due again."""
    with night.timed("duckdb"):
        return find_pending(night.con, as_of=night.as_of)


@dataclass(slots=True)
class PageSupply:
    """Answers on their way from the fetching thread to the reading one. Leaving the block stops the fetching."""

    answers: queue.Queue[Answer | None] = field(default_factory=lambda: queue.Queue(maxsize=AHEAD))
    stopped: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> PageSupply:
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()

    def fetch(self, night: Night, waiting: Sequence[PendingEntry]) -> int:
        """Fetches the entries' pages, puts each answer into the queue, and closes it, also after a failure."""
        by_url: dict[str, list[PendingEntry]] = {}
        for item in waiting:
            by_url.setdefault(item.entry.url or "", []).append(item)
        nowhere = [url for url in by_url if leads_nowhere(url)]
        requests = [FetchRequest(url=url, kind="page") for url in by_url if not leads_nowhere(url)]

        def heard(request: FetchRequest, result: FetchResult) -> None:
            for item in by_url[request.url]:  # one left over from an earlier night may share the address of a new one
                self._put((item, result))

        try:
            for url in nowhere:
                heard(FetchRequest(url=url, kind="page"), discovery_only(url))
            ask_all(night, requests, heard)
        finally:
            self._put(None)
        return len(requests)

    def take(self, night: Night, most: int) -> list[Answer]:
        """The next answers, at most so many, fewer where fetching pauses; an empty list once all were taken."""
        batch: list[Answer] = []
        if night.past is not None:  # the batches of then: what a site repeats is learnt by the batch
            most = night.past.next_batch()
        with night.timed("waiting for pages"):
            while len(batch) < most:
                try:
                    answer = self.answers.get(timeout=1.0 if batch and night.past is None else None)
                except queue.Empty:
                    break
                if answer is None:
                    self._put(None)
                    break
                batch.append(answer)
        return batch

    def _put(self, answer: Answer | None) -> None:
        while not self.stopped.is_set():
            try:
                return self.answers.put(answer, timeout=0.5)
            except queue.Full:
                continue
        if answer is not None:
            raise InterruptedError("reading has stopped")


def read_batch(night: Night, pool: Pool, answers: Sequence[Answer]) -> int:
    """Reads the answers in the workers and stores what came of them in one transaction."""
    pages: list[tuple[PendingEntry, FetchedPage, FetchRecord]] = []
    readings: list[Reading] = []
    for item, result in answers:
        fetch = page_record(item, result, at=night.clock())
        page = result if isinstance(result, FetchedPage) else None
        if not isinstance(result, FetchedPage):
            problem = result if isinstance(result, Problem) else unasked_304(item)
            page = feed_text_as_page(item.entry, problem, fetched_at=night.as_of)
            if page is None:
                topics = night.matcher.match(item.entry.title, item.entry.summary, "", item.entry.language)
                readings.append(reading_of_problem(item, problem, fetch=fetch, topics=topics, as_of=night.as_of,
                                                   max_attempts=night.house.settings.max_attempts))  # fmt: skip
        if page is not None:
            pages.append((item, page, fetch))
    readings += _read(night, pool, pages)
    with night.timed("duckdb"), transaction(night.con):
        add_readings(night.con, run_id=night.run_id, as_of=night.as_of, readings=readings)
        articles = [reading.article for reading in readings if reading.article]
        add_site_paragraphs(night.con, articles, as_of=night.as_of)
    night.problems.extend(reading.problem for reading in readings if reading.problem)
    return len(readings)


def _read(
    night: Night, pool: Pool, pages: Sequence[tuple[PendingEntry, FetchedPage, FetchRecord]]
) -> list[Reading]:
    if not pages:
        return []
    with night.timed("duckdb"):
        furniture = find_site_boilerplate(night.con, {site_of(page.final_url) for _, page, _ in pages})
    jobs = [
        PageJob(page=page, entry=item.entry, site_boilerplate=furniture.get(site_of(page.final_url), frozenset()))
        for item, page, _ in pages
    ]
    with night.timed("extraction"):
        # In the order in which they came, not in that in which workers were done: two pages may be one article.
        read_of = {id(job.page): read for job, read in pool.read_many(jobs, now=night.as_of)}
    most = night.house.settings.max_attempts
    return [
        reading_of_page(item, read_of[id(page)], fetch=fetch, as_of=night.as_of, max_attempts=most)
        for item, page, fetch in pages
    ]


def discovery_only(url: str) -> Problem:
    """What stands in place of an answer where asking would not lead to the article."""
    detail = "a search service's link, which does not lead to the publisher; look the headline up by hand"
    return Problem(stage="page", url=url, code="discovery-only", detail=detail)


def unasked_304(item: PendingEntry) -> Problem:
    """A page request carries no validators, so that a 304 is the server's mistake."""
    detail = "the server says 'not modified' although nothing was asked"
    return Problem(stage="page", url=item.entry.url, code="unexpected-304", detail=detail)


def page_record(item: PendingEntry, result: FetchResult, *, at: datetime) -> FetchRecord:
    """The answer as a row of the fetches."""
    code, status = "ok", None
    if isinstance(result, Problem):
        code, status = result.code, int(result.code[5:]) if result.code.startswith("http-") else None
    elif isinstance(result, NotModified):
        code, status = "not-modified", 304
    page = result if isinstance(result, FetchedPage) else None
    return FetchRecord(
        kind="page",
        source_id=item.entry.source_id,
        url=item.entry.url or "",
        code=code,
        status=page.status if page else status,
        fetched_at=page.fetched_at if page else at,
        final_url=page.final_url if page else None,
        bytes=len(page.body) if page else None,
        elapsed_s=page.elapsed_s if page else None,
        archive=page.archive if page else None,
        attempt=item.attempts + 1,
    )
