"""What was read in parts of archives is stored: by the dozen parts, as if they had come one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

from extractors.model import FeedEntry
from extractors.pages.part_reading import PageRead, PartReading, PassedPage
from extractors.urls import article_id_of
from extractors.web.warc_parts import WarcPart
from flows.night import Night
from flows.steps.entries import sort_entries
from flows.steps.fates import reading_of_page
from warehouse.backfill_parts import DonePart, add_done_parts
from warehouse.past_entries import PastEntry, add_past_entries
from warehouse.store import (
    EntryOutcome,
    FetchRecord,
    PendingEntry,
    Reading,
    add_feed_results,
    add_fetches,
    add_readings,
    find_known_articles,
    find_known_entries,
    transaction,
)

SOURCE = "backfill"
ALL_AGES = timedelta(days=36_500)
Page = PageRead | PassedPage


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Pages of one part and day in the file's order; `as_of` is the latest of their times, `attempt` the number of
    the chunk in its file."""

    pages: Sequence[Page]
    origin: Path
    as_of: datetime
    attempt: int


def store_parts(night: Night, readings: Sequence[PartReading], asked: tuple[str, str]) -> None:
    """Stores what was read in these parts in one transaction; pages that gave an article go to the archive first."""
    chunks: list[Chunk] = []
    done: list[DonePart] = []
    notes: list[dict[str, object]] = []
    for reading in readings:
        night.problems.extend(reading.problems)
        mine = chunks_of(night, reading)
        chunks += mine
        name, size, start = part_name(reading.part)
        pages = sum(len(chunk.pages) for chunk in mine)
        done.append(DonePart(file=name, bytes=size, start=start, since=asked[0], until=asked[1], pages=pages))
        told = [{"as_of": chunk.as_of.isoformat(), "kept": kept_of(chunk)} for chunk in mine]
        notes.append({"origin": str(reading.part.path), "start": start, "pages": pages, "chunks": told})
    with night.timed("duckdb"), transaction(night.con):
        store_chunks(night, chunks)
        add_done_parts(night.con, done, run_id=night.run_id, at=night.as_of)
    for note in notes:
        night.archive.note("part", note, at=datetime.now(UTC))


def chunks_of(night: Night, reading: PartReading) -> list[Chunk]:
    """The part's pages day by day, with their articles in our archive."""
    pages = [archived(night, page) for page in sorted(reading.pages, key=lambda page: fetched_at(page).date())]
    days = [list(of_day) for _, of_day in groupby(pages, key=lambda page: fetched_at(page).date())]
    return [
        Chunk(pages=of_day, origin=reading.part.path, as_of=max(map(fetched_at, of_day)),
              attempt=reading.part.start + number)
        for number, of_day in enumerate(days)
    ]  # fmt: skip


def archived(night: Night, read: Page) -> Page:
    """The page with its article pointing at our own archive, where it is kept if it gave one (and if its publisher
    lets us: what is not kept cannot be read again)."""
    if isinstance(read, PassedPage) or read.reading.article is None:
        return read
    article = read.reading.article
    if not read.page.keep:
        return replace(read, reading=replace(read.reading, article=replace(article, archive=None)))
    ours = read.page.archive is not None and (night.archive.folder / read.page.archive.file).is_file()
    place = read.page.archive if ours else night.archive.append(read.page)
    if ours:  # our own archive read again: it lies there already, the journal only has to say so
        assert place is not None
        night.archive.note("again", {"url": read.page.url, "file": place.file, "offset": place.offset},
                           at=datetime.now(UTC))  # fmt: skip
    return replace(read, reading=replace(read.reading, article=replace(article, archive=place)))


def kept_of(chunk: Chunk) -> list[str]:
    """The addresses of the pages that went to the archive."""
    return [page.page.url for page in chunk.pages
            if isinstance(page, PageRead) and page.reading.article is not None and page.page.keep]  # fmt: skip


def store_chunks(night: Night, chunks: Sequence[Chunk]) -> None:
    """Takes up what is not known of these pages and stores their readings: one chunk after the other, though asked
    and written at once. Inside the caller's transaction."""
    pages = [page for chunk in chunks for page in chunk.pages]
    known = find_known_entries(night.con, {entry_id_of(page) for page in pages})
    articles = find_known_articles(night.con, {one for page in pages if (one := article_id_of_page(page))})
    fetches: list[FetchRecord] = []
    fresh: list[PastEntry] = []
    read: list[Reading] = []
    clocks: dict[str, datetime] = {}
    for chunk in chunks:
        by_id: dict[str, Page] = {}
        for page in chunk.pages:
            by_id.setdefault(entry_id_of(page), page)
        found = sort_entries((page if isinstance(page, PassedPage) else page.entry for page in by_id.values()),
                             known=known, known_articles=articles, taken=set(), as_of=chunk.as_of,
                             max_age=ALL_AGES)  # fmt: skip
        fates = {outcome.entry_id: outcome for outcome in found.outcomes}
        changed: list[FeedEntry] = []
        for entry in found.entries:
            entry_id = entry.entry_id
            page = by_id[entry_id]
            reading = None if entry_id in fates else reading_of(page, chunk)
            if reading is not None and reading.outcome == "off-topic":
                fates[entry_id] = EntryOutcome(entry_id=entry_id, outcome="off-topic", code=reading.code)
            elif reading is not None:
                read.append(reading)
                clocks[entry_id] = chunk.as_of
                if reading.article is not None:
                    articles.add(reading.article.article_id)
            if entry_id in known:  # an earlier version of this program spelled its address in another way
                changed.append(entry_of(page, chunk))
            else:
                fresh.append(past_entry(page, chunk, fates.get(entry_id)))
        if changed:
            ended = [fates[entry.entry_id] for entry in changed if entry.entry_id in fates]
            add_feed_results(night.con, run_id=night.run_id, as_of=chunk.as_of, fetches=[], entries=changed,
                             outcomes=ended)  # fmt: skip
        known.update((entry.entry_id, entry.fingerprint) for entry in found.entries)
        articles.update(one for page in by_id.values() if (one := article_id_of_page(page)))
        fetches.append(
            FetchRecord(
                kind="feed", source_id=SOURCE, url=file_url(chunk.origin), code="ok", fetched_at=chunk.as_of,
                entries_seen=found.seen, entries_known=found.known, attempt=chunk.attempt,
            )
        )  # fmt: skip
    add_fetches(night.con, run_id=night.run_id, fetches=fetches)
    add_past_entries(night.con, run_id=night.run_id, source_id=SOURCE, entries=fresh)
    add_readings(night.con, run_id=night.run_id, as_of=night.as_of, readings=read, origin="backfill", clocks=clocks)
    night.problems.extend(reading.problem for reading in read if reading.problem)


def reading_of(page: Page, chunk: Chunk) -> Reading:
    """What becomes of the page. One that cannot be read now cannot be read later: it gets one attempt."""
    if isinstance(page, PassedPage):
        return Reading(entry=entry_of(page, chunk), outcome="off-topic", code=page.code)
    item = PendingEntry(entry=page.entry, attempts=0, first_seen_at=chunk.as_of)
    return reading_of_page(item, page.reading, fetch=None, as_of=chunk.as_of, max_attempts=1)


def entry_of(page: Page, chunk: Chunk) -> FeedEntry:
    """The page as an entry of its file."""
    if isinstance(page, PageRead):
        return page.entry
    return FeedEntry(source_id=SOURCE, feed_url=str(chunk.origin), key=page.final_url, url=page.url,
                     link=page.final_url, title="")  # fmt: skip


def past_entry(page: Page, chunk: Chunk, fate: EntryOutcome | None) -> PastEntry:
    """The page as a row, with what is known of its fate."""
    outcome, code = (fate.outcome, fate.code) if fate else (None, None)
    if isinstance(page, PassedPage):
        return PastEntry(page.entry_id, str(chunk.origin), page.final_url, page.url, page.article_id, page.fingerprint,
                         chunk.as_of, outcome, code)  # fmt: skip
    entry = page.entry
    return PastEntry(entry.entry_id, entry.feed_url, entry.key, entry.url, article_id_of_page(page), entry.fingerprint,
                     chunk.as_of, outcome, code)  # fmt: skip


def entry_id_of(page: Page) -> str:
    """The id of the page as an entry."""
    return page.entry_id if isinstance(page, PassedPage) else page.entry.entry_id


def article_id_of_page(page: Page) -> str | None:
    """The article id that the page's address stands for; None where it has no canonical form."""
    if isinstance(page, PassedPage):
        return page.article_id
    return article_id_of(page.entry.url) if page.entry.url else None


def fetched_at(page: Page) -> datetime:
    """When the page was fetched."""
    return page.fetched_at if isinstance(page, PassedPage) else page.page.fetched_at


def part_name(part: WarcPart) -> tuple[str, int, int]:
    """What tells a part from any other, wherever the folder lies: file name, its size, where the part begins."""
    return part.path.name, part.path.stat().st_size, part.start


def file_url(path: Path) -> str:
    """The file as an address."""
    return path.as_uri() if path.is_absolute() else str(path)
