"""Backfill from WARC files: parts of files are read by many, stored by one, in the order of the files.

Every page of a file is an entry, the file is its feed. A part and what was read in it are stored in one transaction
together with the note that it is done: stopped at any record and started again, at most the parts under way are read
again. What is stored depends on the files alone, not on how many read them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

from config.house import House
from extractors.model import FetchedPage
from extractors.pages.part_worker import PageRead, PartJob, PartReading, end_of_day, entry_of_page
from extractors.pages.pool import PageJob, PagePool, PageReading
from extractors.urls import article_id_of
from extractors.web.journal import Place, read_answer
from extractors.web.model import FetchResult
from extractors.web.warc import find_warc_files
from extractors.web.warc_parts import PART_BYTES, WarcPart, cut_parts
from flows.backfill.readers import LocalReaders, Readers
from flows.exits import Exit
from flows.journal import note_step
from flows.night import Night, open_night
from flows.past import Cut, Past
from flows.report import NightReport
from flows.reporting import gather_report
from flows.steps.corpus import load_reference
from flows.steps.entries import sort_entries
from flows.steps.fates import reading_of_page
from flows.steps.judging import judge_next
from flows.steps.publishing import publish_night
from flows.steps.telling import copy_rules, tell_developments
from warehouse.backfill_parts import DonePart, add_done_part, find_done_parts
from warehouse.night_articles import find_untold_times
from warehouse.store import (
    EntryOutcome,
    FetchRecord,
    PendingEntry,
    Reading,
    add_feed_results,
    add_readings,
    find_known_articles,
    find_known_entries,
    transaction,
)

SOURCE = "backfill"
ALL_AGES = timedelta(days=36_500)


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
    with open_night(house, as_of=now, kind="backfill") as night, night.recorded():
        night.sends_mail = False
        note_step(night.archive, "load reference corpus", load_reference(night))
        opened = readers(night) if readers else LocalReaders(workers or house.settings.workers, night.matcher.match)
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
    for day in days_to_tell(night):
        note_step(night.archive, "tell developments", tell_developments(night, as_of=day))


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
            before = done.get((*_name(part), *asked))
            if before is None:
                todo.append(part)
            else:
                pass_over(night, part, before)
                pages, read_bytes = pages + before, read_bytes + part.end - part.start
    limit = night.house.settings.fetch.max_bytes
    jobs = (PartJob(part=part, source_id=SOURCE, since=since, until=until, max_bytes=limit) for part in todo)
    for reading in crew.read_all(jobs):
        store_part(night, reading, asked)
        pages += len(reading.pages)
        read_bytes += reading.part.end - reading.part.start
        at = Progress(pages=pages, bytes=read_bytes, of_bytes=sum(sizes.values()), file=reading.part.path)
        progress(at)
    return pages


def pass_over(night: Night, part: WarcPart, pages: int) -> None:
    """A part that an earlier run has dealt with: its pages count as known."""
    seen = FetchRecord(
        kind="feed", source_id=SOURCE, url=_url(part.path), code="ok", fetched_at=night.as_of, entries_seen=pages,
        entries_known=pages, attempt=part.start,
    )  # fmt: skip
    with transaction(night.con):
        add_feed_results(night.con, run_id=night.run_id, as_of=night.as_of, fetches=[seen], entries=[])


def store_part(night: Night, reading: PartReading, asked: tuple[str, str]) -> None:
    """Stores what was read in a part, day by day, in one transaction; pages that gave an article go to the archive."""
    night.problems.extend(reading.problems)
    pages = [archived(night, read) for read in sorted(reading.pages, key=lambda read: read.page.fetched_at.date())]
    chunks = [list(chunk) for _, chunk in groupby(pages, key=lambda read: read.page.fetched_at.date())]
    ends = [max(read.page.fetched_at for read in chunk) for chunk in chunks]
    name, size, start = _name(reading.part)
    with night.timed("duckdb"), transaction(night.con):
        for number, (chunk, as_of) in enumerate(zip(chunks, ends, strict=True)):
            store_chunk(night, chunk, origin=reading.part.path, as_of=as_of, attempt=reading.part.start + number)
        done = DonePart(file=name, bytes=size, start=start, since=asked[0], until=asked[1], pages=len(pages))
        add_done_part(night.con, done, run_id=night.run_id, at=night.as_of)
    kept = [[read.page.url for read in chunk if read.reading.article is not None] for chunk in chunks]
    night.archive.note(
        "part",
        {"origin": str(reading.part.path), "start": start, "pages": len(pages),
         "chunks": [{"as_of": at.isoformat(), "kept": urls} for at, urls in zip(ends, kept, strict=True)]},
        at=datetime.now(UTC),
    )  # fmt: skip


def archived(night: Night, read: PageRead) -> PageRead:
    """The page with its article pointing at our own archive, where it is kept if it gave one."""
    article = read.reading.article
    if article is None:
        return read
    ours = read.page.archive is not None and (night.archive.folder / read.page.archive.file).is_file()
    place = read.page.archive if ours else night.archive.append(read.page)
    if ours:  # our own archive read again: it lies there already, the journal only has to say so
        assert place is not None
        night.archive.note("again", {"url": read.page.url, "file": place.file, "offset": place.offset},
                           at=datetime.now(UTC))  # fmt: skip
    return replace(read, reading=replace(read.reading, article=replace(article, archive=place)))


def store_chunk(night: Night, pages: Sequence[PageRead], *, origin: Path, as_of: datetime, attempt: int) -> None:
    """Takes up what is not known of these pages and stores their readings. Inside the caller's transaction."""
    by_id: dict[str, PageRead] = {}
    for read in pages:
        by_id.setdefault(read.entry.entry_id, read)
    entries = [read.entry for read in by_id.values()]
    known = find_known_entries(night.con, by_id)
    articles = find_known_articles(night.con, {article_id_of(entry.url) for entry in entries if entry.url})
    found = sort_entries(entries, known=known, known_articles=articles, taken=set(), as_of=as_of, max_age=ALL_AGES)
    settled = {outcome.entry_id for outcome in found.outcomes}
    readings = [
        reading_of(by_id[entry.entry_id], as_of=as_of) for entry in found.entries if entry.entry_id not in settled
    ]
    # Most pages are off topic: they are done as soon as they are there, without a second write.
    off = [
        EntryOutcome(entry_id=reading.entry.entry_id, outcome="off-topic", code=reading.code)
        for reading in readings if reading.outcome == "off-topic"
    ]  # fmt: skip
    taken = FetchRecord(
        kind="feed", source_id=SOURCE, url=_url(origin), code="ok", fetched_at=as_of, entries_seen=found.seen,
        entries_known=found.known, attempt=attempt,
    )  # fmt: skip
    add_feed_results(
        night.con, run_id=night.run_id, as_of=as_of, fetches=[taken], entries=found.entries,
        outcomes=[*found.outcomes, *off],
    )  # fmt: skip
    rest = [reading for reading in readings if reading.outcome != "off-topic"]
    add_readings(night.con, run_id=night.run_id, as_of=as_of, readings=rest, origin="backfill")
    night.problems.extend(reading.problem for reading in rest if reading.problem)


def reading_of(read: PageRead, *, as_of: datetime) -> Reading:
    """What becomes of the page. One that cannot be read now cannot be read later: it gets one attempt."""
    item = PendingEntry(entry=read.entry, attempts=0, first_seen_at=as_of)
    return reading_of_page(item, read.reading, fetch=None, as_of=as_of, max_attempts=1)


# ---- the same again, from our own archive ----


def backfill_again(house: House, past: Past, *, as_of: datetime) -> None:
    """Goes through a backfill of the past again: the pages that it kept, as far as it came."""
    run_id = past.journal.run_id
    begun = time.monotonic()
    with open_night(house, as_of=as_of, kind="backfill", run_id=run_id, past=past) as night, night.recorded():
        night.sends_mail = False
        load_reference(night)
        steps = [note.facts["name"] for note in past.journal.notes("step")]
        with PagePool(workers=house.settings.workers, gate=night.matcher.match) as pool:
            for origin, as_of_chunk, places, attempt in kept_chunks(past):
                reads = read_places(pool, places, origin)
                with transaction(night.con):
                    store_chunk(night, reads, origin=origin, as_of=as_of_chunk, attempt=attempt)
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
    for day in days_to_tell(night)[:times]:
        tell_developments(night, as_of=day)


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
            waiting = []


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


def _name(part: WarcPart) -> tuple[str, int, int]:
    """What tells a part from any other, wherever the folder lies: file name, its size, where the part begins."""
    return part.path.name, part.path.stat().st_size, part.start


def _url(path: Path) -> str:
    return path.as_uri() if path.is_absolute() else str(path)
