"""Backfill from WARC files: parts of files are read by many, stored by one, in the order of the files.

Every page of a file is an entry, the file is its feed. Parts and what was read in them are stored in one transaction
together with the note that they are done: stopped at any record and started again, at most the parts under way and
those of the last seconds are read again. What is stored depends on the files alone, not on how many read them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.house import House
from extractors.model import FetchedPage
from extractors.pages.forking import warm_workers
from extractors.pages.part_reading import PageRead, PartJob, PartReading, end_of_day, entry_of_page
from extractors.pages.pool import PageJob, PagePool, PageReading
from extractors.web.journal import Place, read_answer
from extractors.web.model import FetchResult
from extractors.web.warc import find_warc_files
from extractors.web.warc_parts import PART_BYTES, WarcPart, cut_parts
from flows.backfill.readers import LocalReaders, Readers
from flows.backfill.storing import SOURCE, Chunk, file_url, part_name, store_chunks, store_parts
from flows.exits import Exit
from flows.journal import note_step
from flows.night import Night, open_night, product_token
from flows.past import Cut, Past
from flows.report import NightReport
from flows.reporting import gather_report
from flows.steps.corpus import load_reference
from flows.steps.judging import judge_next
from flows.steps.publishing import publish_night
from flows.steps.telling import copy_rules, tell_days
from warehouse.backfill_parts import find_done_parts
from warehouse.night_articles import find_untold_times
from warehouse.store import FetchRecord, add_feed_results, transaction

# What was read is stored as soon as it is so old or so much: a transaction costs the same for one page as for
# hundreds.
STORE_S = 3.0
STORE_PAGES = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far it is: pages dealt with, bytes of files read and in all, the file at work."""

    pages: int
    bytes: int
    of_bytes: int
    file: Path


Heard = Callable[[Progress], None]
OpenReaders = Callable[[Night], AbstractContextManager[Readers]]


def backfill(
    house: House,
    paths: Sequence[Path],
    *,
    now: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
    workers: int | None = None,
    progress: Heard = lambda progress: None,
    readers: OpenReaders | None = None,
    part_bytes: int = PART_BYTES,
) -> NightReport:
    """The report of a run over the WARC files at `paths`; `since` and `until` bound the time of their records.

    Verdicts follow the order of publication, stories that of the days on which the pages were fetched, as if they had
    been watched; no mail is written. Killed at any point and run again, it goes on. `readers` opens others than
    processes of this machine. Raises what `run_night` raises.
    """
    begun = time.monotonic()
    if readers is None:
        warm_workers()
    with open_night(house, as_of=now, kind="backfill") as night, night.recorded():
        night.sends_mail = False
        note_step(night.archive, "load reference corpus", load_reference(night))
        opened = readers(night) if readers else LocalReaders(workers or house.settings.workers, night.gate)
        with opened as crew:
            read_files(night, crew, paths, since=since, until=until, progress=progress, part_bytes=part_bytes)
        return conclude(night, begun=begun)


def conclude(night: Night, *, begun: float) -> NightReport:
    """Judges and tells what was read, day by day; closes the run and publishes."""
    judge_and_tell(night)
    report = gather_report(night, exit_code=Exit.OK, begun=begun)
    night.close(report)
    report.snapshot = publish_night(night)
    report.duration_s = time.monotonic() - begun
    return report


def judge_and_tell(night: Night) -> None:
    """Verdicts in order of publication, then the stories of each day."""
    while judged := judge_next(night, copy_rules(night.house)):
        note_step(night.archive, "judge articles", judged)
    for developments in tell_days(night, days_to_tell(night)):
        note_step(night.archive, "tell developments", developments)


def days_to_tell(night: Night) -> list[datetime]:
    """The ends of the days on which untold articles came up, in order, and at last the run's own clock."""
    days = {at.date() for at in find_untold_times(night.con)}
    ends = [datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1) for day in sorted(days)]
    return [*(end for end in ends if end < night.as_of), night.as_of]


def read_files(
    night: Night,
    crew: Readers,
    paths: Sequence[Path],
    *,
    since: datetime | None,
    until: datetime | None,
    progress: Heard,
    part_bytes: int,
) -> int:
    """How many pages stood in the files and in the time asked for; each part of a file is one transaction."""
    files = [file for path in paths for file in find_warc_files(path)]
    sizes = {file: file.stat().st_size for file in files}
    done = find_done_parts(night.con)
    asked = (since.isoformat() if since else "", until.isoformat() if until else "")
    todo: list[WarcPart] = []
    pages = read_bytes = 0
    for file in files:
        for part in cut_parts(file, part_bytes=part_bytes):
            before = done.get((*part_name(part), *asked))
            if before is None:
                todo.append(part)
            else:
                pass_over(night, part, before)
                pages, read_bytes = pages + before, read_bytes + part.end - part.start
    fetch = night.house.settings.fetch
    jobs = (
        PartJob(part=part, source_id=SOURCE, since=since, until=until, max_bytes=fetch.max_bytes,
                agent=product_token(fetch.user_agent))
        for part in todo
    )  # fmt: skip
    waiting: list[PartReading] = []
    stored_at = time.monotonic()
    try:
        for reading in crew.read_all(jobs):
            waiting.append(reading)
            pages += len(reading.pages)
            read_bytes += reading.part.end - reading.part.start
            if time.monotonic() - stored_at >= STORE_S or sum(len(one.pages) for one in waiting) >= STORE_PAGES:
                ready, waiting = waiting, []
                store_parts(night, ready, asked)
                stored_at = time.monotonic()
            at = Progress(pages=pages, bytes=read_bytes, of_bytes=sum(sizes.values()), file=reading.part.path)
            progress(at)
    finally:  # stopped by hand, or by readers that gave up: what was read until then need not be read again
        if waiting:
            store_parts(night, waiting, asked)
    return pages


def pass_over(night: Night, part: WarcPart, pages: int) -> None:
    """A part that an earlier run has dealt with: its pages count as known."""
    seen = FetchRecord(
        kind="feed", source_id=SOURCE, url=file_url(part.path), code="ok", fetched_at=night.as_of, entries_seen=pages,
        entries_known=pages, attempt=part.start,
    )  # fmt: skip
    with transaction(night.con):
        add_feed_results(night.con, run_id=night.run_id, as_of=night.as_of, fetches=[seen], entries=[])


# ---- the same again, from our own archive ----


def backfill_again(house: House, past: Past, *, as_of: datetime) -> None:
    """Goes through a backfill of the past again: the pages that it kept, as far as it came."""
    run_id = past.journal.run_id
    begun = time.monotonic()
    with open_night(house, as_of=as_of, kind="backfill", run_id=run_id, past=past) as night, night.recorded():
        night.sends_mail = False
        load_reference(night)
        steps = [note.facts["name"] for note in past.journal.notes("step")]
        with PagePool(workers=house.settings.workers, gate=night.gate) as pool:
            for origin, as_of_chunk, places, attempt in kept_chunks(past):
                reads = read_places(pool, places, origin)
                again = Chunk(pages=reads, origin=origin, as_of=as_of_chunk, attempt=attempt)
                with transaction(night.con):
                    store_chunks(night, [again])
        for name in steps if not past.journal.is_closed else ():
            if name == "judge articles":
                judge_next(night, copy_rules(house))
        if not past.journal.is_closed:
            tell_as_often(night, steps.count("tell developments"))
            raise Cut
        judge_and_tell(night)
        night.close(gather_report(night, exit_code=Exit.OK, begun=begun))


def tell_as_often(night: Night, times: int) -> None:
    """Tells the first days, as many as the run did before it died."""
    for _ in tell_days(night, days_to_tell(night)[:times]):
        pass


def kept_chunks(past: Past) -> Iterator[tuple[Path, datetime, list[Place], int]]:
    """Each chunk of each finished part: the file that it came from, its time, the places of its pages, its number."""
    waiting: list[Place] = []
    for place in past.journal.places:
        if place.url is not None or (place.note is not None and place.note.kind == "again"):
            waiting.append(place)
        elif place.note is not None and place.note.kind == "part":
            facts = place.note.facts
            for number, chunk in enumerate(facts["chunks"]):
                mine, waiting = waiting[: len(chunk["kept"])], waiting[len(chunk["kept"]) :]
                yield (Path(facts["origin"]), datetime.fromisoformat(chunk["as_of"]), mine, facts["start"] + number)


def read_places(pool: PagePool, places: Iterable[Place], origin: Path) -> list[PageRead]:
    """The kept pages read again, in order."""
    pages = [page for place in places if isinstance(page := _page_at(place), FetchedPage)]
    job = PartJob(part=WarcPart(path=origin, start=0, end=0), source_id=SOURCE)
    jobs = [PageJob(page=page, entry=entry_of_page(page, job)) for page in pages]
    if not jobs:
        return []
    read_of = {id(job.page): read for job, read in pool.read_many(jobs, now=end_of_day(pages[0].fetched_at))}
    return [
        PageRead(page=job.page, entry=job.entry, reading=_placed(read_of[id(job.page)], job.page))
        for job in jobs if job.entry is not None
    ]  # fmt: skip


def _page_at(place: Place) -> FetchResult | None:
    if place.note is not None:  # it lay in our archive before the run
        facts = place.note.facts
        place = Place(number=0, path=place.path.with_name(facts["file"]), offset=facts["offset"], url=facts["url"],
                      note=None)  # fmt: skip
    found = read_answer(place)
    return found[1] if found else None


def _placed(reading: PageReading, page: FetchedPage) -> PageReading:
    article = reading.article
    return reading if article is None else replace(reading, article=replace(article, archive=page.archive))
