"""Reads archived pages again with the present extractor: says what would change, and writes it as new versions.

Nothing is fetched, no old version is touched, nobody is mailed. A new version is a `revision` that adds no facts, so
that the article's standing (new, copy of whom) and its stories stay as they are.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Literal

from config.house import House
from extractors.model import Article, FeedEntry, FetchedPage, Problem, Verdict
from extractors.pages.article import EXTRACTOR
from extractors.pages.pool import PageJob, PagePool
from extractors.urls import site_of
from extractors.web.archive import Archive, ArchiveUnreadable
from flows.exits import Exit
from flows.night import Night, open_night
from flows.reporting import gather_report
from flows.steps.publishing import publish_night
from warehouse.archive_refs import ArchivedPage, find_archived_pages
from warehouse.batches import add_rows, run_batch
from warehouse.boilerplate import find_site_boilerplate
from warehouse.connection import Connection
from warehouse.readings import topic_rows, version_row
from warehouse.store import add_verdicts, find_article, transaction

# `text`: the paragraphs or the title differ. `facts`: only authors, dates, access and the like do. `lost`: the page
# gives no article any more; the old one stays. `unread`: the archive holds no readable page there.
ChangeKind = Literal["same", "facts", "text", "lost", "unread"]

BATCH = 100
FACTS = ("authors", "published_at", "published_certainty", "modified_at", "language", "publisher", "section",
         "standfirst", "access", "access_reason", "captions", "tables")  # fmt: skip
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What reading a page again gives: paragraphs that go and that come, and the facts that differ (their names)."""

    article_id: str
    url: str
    kind: ChangeKind
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    problem: Problem | None = None


@dataclass(slots=True)
class ReextractReport:
    """All changes by kind, the ones that are not `same`, and how many versions were written (0: only looked)."""

    counts: Counter[str] = field(default_factory=Counter)
    changes: list[Change] = field(default_factory=list)
    written: int = 0
    duration_s: float = 0.0


def compare_readings(old: Article, new: Article | Problem) -> Change:
    """How the new reading of a page differs from the old one; which extractor read it does not count."""
    if isinstance(new, Problem):
        return Change(article_id=old.article_id, url=old.url, kind="lost", problem=new)
    facts = tuple(name for name in FACTS if getattr(old, name) != getattr(new, name))
    before, after = Counter((old.title, *old.paragraphs)), Counter((new.title, *new.paragraphs))
    removed, added = tuple((before - after).elements()), tuple((after - before).elements())
    changed = bool(removed or added) or old.paragraphs != new.paragraphs
    return Change(
        article_id=old.article_id, url=old.url, kind="text" if changed else "facts" if facts else "same",
        removed=removed, added=added, facts=facts,
    )  # fmt: skip


def reextract(
    house: House,
    *,
    now: datetime,
    apply: bool,
    since: datetime | None = None,
    until: datetime | None = None,
    workers: int | None = None,
    progress: Progress = lambda pages: None,
) -> ReextractReport:
    """What reading the archive again changes; with `apply` it is written, batch by batch, and published.

    Only the page of each article's current version is read, unless this extractor has read it already: killed and run
    again, it goes on where it was. Raises what `open_night` raises.
    """
    begun = time.monotonic()
    report = ReextractReport()
    with open_night(house, as_of=now, kind="reextract") as night:
        night.sends_mail = False
        if apply:
            with night.recorded():
                _read_all(night, report, since=since, until=until, workers=workers, apply=True, progress=progress)
                closing = gather_report(night, exit_code=Exit.OK, begun=begun)
                night.close(closing)
                publish_night(night)
        else:
            _read_all(night, report, since=since, until=until, workers=workers, apply=False, progress=progress)
    report.duration_s = time.monotonic() - begun
    return report


def _read_all(
    night: Night, report: ReextractReport, *, since: datetime | None, until: datetime | None, workers: int | None,
    apply: bool, progress: Progress,
) -> None:  # fmt: skip
    pages = find_archived_pages(night.con, since=since, until=until, not_read_by=EXTRACTOR)
    wanted = (page for page in pages if page.article_id is not None)
    seen = 0
    with PagePool(workers=workers or night.house.settings.workers) as pool:
        for batch in _batches(wanted, BATCH):
            changes = _read_batch(night.con, night.archive, pool, batch, now=night.as_of)
            for change, _, _ in changes:
                report.counts[change.kind] += 1
                if change.kind != "same":
                    report.changes.append(change)
            if apply:
                report.written += _write(night, changes)
            seen += len(batch)
            progress(seen)


def _batches(pages: Iterable[ArchivedPage], size: int) -> Iterator[list[ArchivedPage]]:
    rest = iter(pages)
    while batch := list(islice(rest, size)):
        yield batch


def _read_batch(
    con: Connection, archive: Archive, pool: PagePool, batch: Sequence[ArchivedPage], *, now: datetime
) -> list[tuple[Change, Article, Article | None]]:
    """Each change with the old article and the new one (None where there is none)."""
    changes: list[tuple[Change, Article, Article | None]] = []
    old_by_page: dict[int, Article] = {}
    jobs: list[PageJob] = []
    known = find_site_boilerplate(con, {site_of(ref.final_url) for ref in batch})
    for ref in batch:
        assert ref.article_id is not None
        old = find_article(con, ref.article_id)
        if old is None or old.archive != ref.archive:
            continue  # a later page has replaced this one
        try:
            page = archive.read(ref.archive)
        except ArchiveUnreadable as error:
            problem = Problem(stage="archive", url=ref.url, code="unreadable", detail=str(error))
            changes.append((Change(article_id=old.article_id, url=old.url, kind="unread", problem=problem), old, None))
            continue
        old_by_page[id(page)] = old
        site = site_of(page.final_url)
        jobs.append(PageJob(page=page, entry=entry_of(old, page), site_boilerplate=known.get(site, frozenset())))
    for job, result in pool.extract_many(jobs, now=now):
        old = old_by_page[id(job.page)]
        change = compare_readings(old, result)
        changes.append((change, old, result if isinstance(result, Article) else None))
    return changes


def entry_of(old: Article, page: FetchedPage) -> FeedEntry | None:
    """What is still known of the entry that led to the page: facts of the old article that its feed stated."""
    if old.source_id is None:
        return None
    from_feed = {name for name, evidence in old.evidence.items() if evidence == "feed"}
    dated = "published_at" in from_feed
    summary = (old.standfirst or "") if "standfirst" in from_feed else ""
    return FeedEntry(
        source_id=old.source_id, feed_url="", key=page.url, url=old.url, link=page.url,
        title=old.title if "title" in from_feed else "", summary=summary,
        authors=old.authors if "authors" in from_feed else (), published_at=old.published_at if dated else None,
        published_certainty=old.published_certainty if dated else "none", language=old.language,
    )  # fmt: skip


def _write(night: Night, changes: Sequence[tuple[Change, Article, Article | None]]) -> int:
    """How many versions were added, in one transaction. One that reads the same adds none."""
    changed = [(old, new) for change, old, new in changes if new is not None and change.kind in ("text", "facts")]
    # The page's canonical address may have moved with the extractor; the article keeps its identity.
    ids = [{"article_id": old.article_id} for old, _ in changed]
    versions: list[dict[str, Any]] = []
    hits: list[dict[str, Any]] = []
    judged: list[tuple[str, Article, Verdict]] = []
    with transaction(night.con):
        current = {row[0]: row[1] for row in run_batch(night.con, "versions_current", ids)} if ids else {}
        for old, new in changed:
            number = current[old.article_id] + 1
            row = version_row(new, number, run_id=night.run_id, origin="reextract", first_seen_at=night.as_of)
            version_id = f"{old.article_id}.{number}"
            row |= {"article_id": old.article_id, "version_id": version_id, "url": old.url, "site": old.site}
            versions.append(row)
            verdict = Verdict(article_id=old.article_id, relation="revision", original_id=old.article_id,
                              reasons=(f"read again by {EXTRACTOR}",), adds_facts=False)  # fmt: skip
            judged.append((version_id, old, verdict))
            topics = night.matcher.match(new.title, new.standfirst or "", new.text, new.language)
            hits.extend(row | {"article_id": old.article_id} for row in topic_rows(new, version_id, topics))
        if versions:
            add_rows(night.con, "article_versions", versions)
            add_rows(night.con, "topic_hits", hits)
            add_verdicts(night.con, run_id=night.run_id, as_of=night.as_of, judged=judged)
    return len(versions)
