"""A part of a WARC file read page by page: what it is asked for, what comes of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from extractors.model import DateCertainty, FeedEntry, FetchedPage, Problem
from extractors.pages.pool import PageReading, read_bounded
from extractors.urls import article_id_of, canonical_url
from extractors.web.rights import may_speak, rights_of, withheld
from extractors.web.warc_parts import WarcPart, in_time, read_part

# So often a worker hands over what it has read.
HAND_OVER_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class PartJob:
    """A part to read, the time that its records must lie in, the largest page, and whose entries its pages become.

    `agent` is the name by which publishers speak to us in what they reserve.
    """

    part: WarcPart
    source_id: str
    since: datetime | None = None
    until: datetime | None = None
    max_bytes: int = 15_000_000
    agent: str = "sovwatch"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRead:
    """A page of a part with its reading. The body and headers are there only where it gave an article."""

    page: FetchedPage
    entry: FeedEntry
    reading: PageReading


class PassedPage(NamedTuple):
    """A page that is off topic: what is noted of it, worked out where it was read, and nothing else.

    `code` is why: `no-topic`, or the code of what its publisher reserves.
    """

    final_url: str
    url: str
    article_id: str
    entry_id: str
    fingerprint: str
    fetched_at: datetime
    code: str = "no-topic"

    @property
    def published_at(self) -> datetime | None:
        """Nobody has looked."""
        return None

    @property
    def published_certainty(self) -> DateCertainty:
        """None, as there is no date."""
        return "none"


@dataclass(slots=True, kw_only=True)
class PartReading:
    """What stood in a part, in the file's order; `problems` are those of the file itself."""

    part: WarcPart
    pages: list[PageRead | PassedPage] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_job(
    job: PartJob, *, done: int = 0, careful: bool = False
) -> Iterator[FetchedPage | list[PageRead | PassedPage] | Problem]:
    """What was read, by the handful. The first `done` pages are passed over.

    `careful`: before each page which one it is, without its body, and then its reading alone.
    """
    read: list[PageRead | PassedPage] = []
    begun = time.monotonic()
    for page in read_part(job.part, max_bytes=job.max_bytes):
        if isinstance(page, Problem):
            if read:
                yield read
                read = []
            yield page
        elif in_time(page.fetched_at, job.since, job.until):
            if done:
                done -= 1
                continue
            if careful:
                yield without_body(page)
            read.append(read_one(page, job))
            if careful or time.monotonic() - begun > HAND_OVER_S:
                yield read
                read, begun = [], time.monotonic()
    if read:
        yield read


def read_one(page: FetchedPage, job: PartJob) -> PageRead | PassedPage:
    """The page's reading; what its publisher reserves is not looked at (as the fetcher does, `Fetcher.fetch`)."""
    entry = entry_of_page(page, job)
    denied = None
    if may_speak(page, agent=job.agent):
        said = rights_of(page, agent=job.agent)
        denied = withheld(said)
        if said.noarchive:
            page = replace(page, keep=False)
    if denied is not None:
        code = denied[0]
        reading = PageReading(title="", off_topic=True)
    else:
        code = "no-topic"
        reading = read_bounded(page, entry, now=end_of_day(page.fetched_at))
    if reading.off_topic and entry.url is not None:
        return PassedPage(page.final_url, entry.url, article_id_of(entry.url), entry.entry_id, entry.fingerprint,
                          page.fetched_at, code)  # fmt: skip
    return PageRead(page=page if reading.article is not None else without_body(page), entry=entry, reading=reading)


def without_body(page: FetchedPage) -> FetchedPage:
    """What tells which page it is."""
    return FetchedPage(url=page.url, final_url=page.final_url, status=page.status, headers=(), body=b"",
                       fetched_at=page.fetched_at, archive=page.archive)  # fmt: skip


def entry_of_page(page: FetchedPage, job: PartJob) -> FeedEntry:
    """The page as an entry of its file. Its address is its key: a page that stands in two files is read once."""
    url = canonical_url(page.final_url)
    return FeedEntry(
        source_id=job.source_id, feed_url=str(job.part.path), key=page.final_url, url=url, link=page.final_url, title=""
    )


def end_of_day(at: datetime) -> datetime:
    """The last second of the day: the clock by which a page of the past is read, the same for all of a day."""
    return at.replace(hour=23, minute=59, second=59, microsecond=0)
