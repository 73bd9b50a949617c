"""Reads the past into the warehouse: pages of WARC files, judged and told in order, without mail.

Each file is taken like a feed, each page in it like an entry: what is known already is passed over, so that a backfill
may be stopped and started again at any record, and every page ends as exactly one outcome.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from config.house import House
from extractors.model import FeedEntry, FetchedPage, Problem
from extractors.pages.pool import PageJob, PagePool
from extractors.urls import article_id_of, canonical_url
from extractors.web.warc import find_warc_files, read_warc
from flows.exits import Exit
from flows.night import Night, open_night
from flows.report import NightReport
from flows.reporting import gather_report
from flows.steps.corpus import load_reference
from flows.steps.entries import sort_entries
from flows.steps.fates import reading_of_page
from flows.steps.judging import judge_next
from flows.steps.publishing import publish_night
from flows.steps.telling import copy_rules, tell_developments
from warehouse.night_articles import find_untold_times
from warehouse.store import (
    FetchRecord,
    PendingEntry,
    Reading,
    add_feed_results,
    add_readings,
    find_known_articles,
    find_known_entries,
    transaction,
)

BATCH = 200
SOURCE = "backfill"
Progress = Callable[[int, Path], None]  # pages dealt with so far, file being read


def backfill(
    house: House,
    paths: Sequence[Path],
    *,
    now: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
    workers: int | None = None,
    progress: Progress = lambda pages, file: None,
) -> NightReport:
    """The report of a run over the WARC files at `paths`; `since` and `until` bound the time of their records.

    Verdicts follow the order of publication, stories that of the days on which the pages were fetched, as if they had
    been watched; no mail is written. Killed at any point and run again, it goes on. Raises what `run_night` raises.
    """
    begun = time.monotonic()
    with open_night(house, as_of=now, kind="backfill") as night, night.recorded():
        night.sends_mail = False
        load_reference(night)
        read_archives(night, paths, since=since, until=until, workers=workers, progress=progress)
        while judge_next(night, copy_rules(house)):
            pass
        for day in days_to_tell(night):
            tell_developments(night, as_of=day)
        report = gather_report(night, exit_code=Exit.OK, begun=begun)
        night.close(report)
        report.snapshot = publish_night(night)
        report.duration_s = time.monotonic() - begun
        return report


def read_archives(
    night: Night,
    paths: Sequence[Path],
    *,
    since: datetime | None,
    until: datetime | None,
    workers: int | None,
    progress: Progress,
) -> int:
    """How many pages stood in the files and in the time asked for; each batch of them is one transaction."""
    pages = 0
    limit = night.house.settings.fetch.max_bytes
    with PagePool(workers=workers or night.house.settings.workers, gate=night.matcher.match) as pool:
        for file in [file for path in paths for file in find_warc_files(path)]:
            found = within(night, read_warc(file, max_bytes=limit), since=since, until=until)
            for number, batch in enumerate(chunks(found, BATCH), start=1):
                read_chunk(night, pool, batch, origin=file, number=number)
                pages += len(batch)
                progress(pages, file)
    return pages


def within(
    night: Night, found: Iterable[FetchedPage | Problem], *, since: datetime | None, until: datetime | None
) -> Iterator[FetchedPage]:
    """The pages fetched from `since` on and before `until`; problems go to the night's list."""
    for page in found:
        if isinstance(page, Problem):
            night.problems.append(page)
        elif (since is None or page.fetched_at >= since) and (until is None or page.fetched_at < until):
            yield page


def chunks(pages: Iterable[FetchedPage], size: int) -> Iterator[list[FetchedPage]]:
    """Lists of at most `size` pages, which never span two days: a day is what stories are told by."""
    rest = iter(pages)
    while batch := list(islice(rest, size)):
        for day in sorted({page.fetched_at.date() for page in batch}):
            yield [page for page in batch if page.fetched_at.date() == day]


def read_chunk(night: Night, pool: PagePool, pages: Sequence[FetchedPage], *, origin: Path, number: int) -> None:
    """Takes up what is not known of these pages, reads it and stores it, all in one transaction."""
    by_id = {entry.entry_id: (entry, page) for page in pages for entry in [entry_of(page, origin)]}
    entries = [entry for entry, _ in by_id.values()]
    as_of = max(page.fetched_at for page in pages)
    with night.timed("duckdb"):
        known = find_known_entries(night.con, by_id)
        articles = find_known_articles(night.con, {article_id_of(entry.url) for entry in entries if entry.url})
    found = sort_entries(
        entries, known=known, known_articles=articles, taken=set(), as_of=as_of, max_age=timedelta(days=36_500)
    )
    settled = {outcome.entry_id for outcome in found.outcomes}
    waiting = [by_id[entry.entry_id] for entry in found.entries if entry.entry_id not in settled]
    with night.timed("extraction"):
        readings = list(read_entries(pool, waiting, as_of=as_of))
    taken = FetchRecord(
        kind="feed", source_id=SOURCE, url=origin.as_uri() if origin.is_absolute() else str(origin), code="ok",
        fetched_at=as_of, entries_seen=found.seen, entries_known=found.known, attempt=number,
    )  # fmt: skip
    with night.timed("duckdb"), transaction(night.con):
        add_feed_results(
            night.con, run_id=night.run_id, as_of=as_of, fetches=[taken], entries=found.entries,
            outcomes=found.outcomes,
        )  # fmt: skip
        add_readings(night.con, run_id=night.run_id, as_of=as_of, readings=readings)
    night.problems.extend(reading.problem for reading in readings if reading.problem)


def read_entries(
    pool: PagePool, waiting: Sequence[tuple[FeedEntry, FetchedPage]], *, as_of: datetime
) -> Iterator[Reading]:
    """The readings of the pages. A page that cannot be read now cannot be read later: it gets one attempt."""
    entry_by_page = {id(page): entry for entry, page in waiting}
    for job, read in pool.read_many([PageJob(page=page, entry=entry) for entry, page in waiting], now=as_of):
        item = PendingEntry(entry=entry_by_page[id(job.page)], attempts=0, first_seen_at=as_of)
        yield reading_of_page(item, read, fetch=None, as_of=as_of, max_attempts=1)


def entry_of(page: FetchedPage, origin: Path) -> FeedEntry:
    """The page as an entry of its file. Its address is its key: a page that stands in two files is read once."""
    url = canonical_url(page.final_url)
    return FeedEntry(source_id=SOURCE, feed_url=str(origin), key=page.final_url, url=url, link=page.final_url, title="")


def days_to_tell(night: Night) -> list[datetime]:
    """The ends of the days on which untold articles came up, in order, and at last the run's own clock."""
    days = {at.date() for at in find_untold_times(night.con)}
    ends = [datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1) for day in sorted(days)]
    return [*(end for end in ends if end < night.as_of), night.as_of]
