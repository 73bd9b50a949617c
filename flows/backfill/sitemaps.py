"""Backfill from news sitemaps: what publishers still list of their past, fetched politely like a night's pages."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from config.house import House
from extractors.feeds.parse import parse_feed
from extractors.model import FeedEntry, FetchedPage, Problem
from extractors.urls import article_id_of
from extractors.web.model import FetchRequest, FetchResult
from extractors.web.warc_parts import in_time
from flows.backfill.archives import conclude
from flows.backfill.storing import ALL_AGES, SOURCE
from flows.journal import Journaled
from flows.night import Night, open_night
from flows.past import Past
from flows.performing import Performer, Plainly
from flows.report import NightReport
from flows.steps.corpus import load_reference
from flows.steps.entries import sort_entries
from flows.steps.pages import read_pages
from flows.steps.requesting import ask_all
from warehouse.store import FetchRecord, add_feed_results, find_known_articles, find_known_entries, transaction

MOST_SITEMAPS = 2_000
KIND = "sitemaps"


def backfill_sitemaps(
    house: House,
    urls: Sequence[str],
    *,
    now: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
    performer: Performer | None = None,
    run_id: str | None = None,
    past: Past | None = None,
) -> NightReport:
    """The report of a run over the sitemaps at `urls` and all that these point to; `since` and `until` bound dates.

    An entry without a date is taken only where no bounds are set. Articles are told under the day on which they were
    published; no mail is written. Killed at any point: `sovwatch run` or a second backfill takes up what is pending.
    """
    begun = time.monotonic()
    with open_night(house, as_of=now, kind=KIND, run_id=run_id, past=past) as night, night.recorded():
        night.sends_mail = False
        if past is None:
            bounds = [since.isoformat() if since else None, until.isoformat() if until else None]
            night.archive.note("sitemaps", {"urls": list(urls), "bounds": bounds}, at=datetime.now(UTC))
        do = Journaled(performer or Plainly(), night.archive)
        do.run("load reference corpus", lambda: load_reference(night))
        do.run("read feeds", lambda: read_sitemaps(night, urls, since=since, until=until))
        read_pages(night, do)
        return conclude(night, begun=begun)


def read_sitemaps(night: Night, urls: Sequence[str], *, since: datetime | None, until: datetime | None) -> int:
    """How many entries are new: the sitemaps, then those that they point to, level by level, each once."""
    asked: set[str] = set()
    entries: list[FeedEntry] = []
    wanted = list(dict.fromkeys(urls))
    fetches: list[FetchRecord] = []
    while wanted and len(asked) < MOST_SITEMAPS:
        wanted = wanted[: MOST_SITEMAPS - len(asked)]
        asked.update(wanted)
        following: list[str] = []

        def heard(request: FetchRequest, result: FetchResult, following: list[str] = following) -> None:
            found, problem = [], result if isinstance(result, Problem) else None
            if isinstance(result, FetchedPage):
                feed = parse_feed(
                    result.body, source_id=SOURCE, url=result.final_url, content_type=result.header("content-type"),
                    now=night.as_of, max_entries=50_000,
                )  # fmt: skip
                problem = feed.problem
                following.extend(feed.next_links)
                found = [entry for entry in feed.entries if _is_wanted(entry, since, until)]
            if problem is not None:
                night.problems.append(problem)
            entries.extend(found)
            fetches.append(
                FetchRecord(
                    kind="feed", source_id=SOURCE, url=request.url, code=problem.code if problem else "ok",
                    fetched_at=result.fetched_at if isinstance(result, FetchedPage) else night.as_of,
                    entries_seen=0, entries_known=0,  # they are counted by the day
                    archive=result.archive if isinstance(result, FetchedPage) else None,
                )
            )  # fmt: skip

        ask_all(night, [FetchRequest(url=url, kind="feed") for url in wanted], heard)
        wanted = [url for url in dict.fromkeys(following) if url not in asked]
    return _store(night, entries, fetches)


def _is_wanted(entry: FeedEntry, since: datetime | None, until: datetime | None) -> bool:
    if since is None and until is None:
        return True
    return entry.published_at is not None and in_time(entry.published_at, since, until)


def _store(night: Night, entries: Sequence[FeedEntry], fetches: Sequence[FetchRecord]) -> int:
    """Day by day, so that each entry counts as first seen when it was published: that is what stories are told by."""
    by_day: dict[datetime, dict[str, FeedEntry]] = defaultdict(dict)
    seen: set[str] = set()
    for entry in entries:
        if entry.entry_id not in seen:
            seen.add(entry.entry_id)
            by_day[_first_seen(entry, night.as_of)][entry.entry_id] = entry
    known = find_known_entries(night.con, seen)
    articles = find_known_articles(night.con, {article_id_of(entry.url) for entry in entries if entry.url})
    taken: set[str] = set()
    added = 0
    with transaction(night.con):
        for number, (at, of_day) in enumerate(sorted(by_day.items())):
            found = sort_entries(of_day.values(), known=known, known_articles=articles, taken=taken, as_of=at,
                                 max_age=ALL_AGES)  # fmt: skip
            day = FetchRecord(kind="feed", source_id=SOURCE, url=f"urn:sitemaps:{at:%Y-%m-%d}", code="ok",
                              fetched_at=night.as_of, entries_seen=found.seen, entries_known=found.known,
                              attempt=number)  # fmt: skip
            add_feed_results(night.con, run_id=night.run_id, as_of=at, fetches=[day], entries=found.entries,
                             outcomes=found.outcomes)  # fmt: skip
            added += len(found.entries) - len(found.outcomes)
        add_feed_results(night.con, run_id=night.run_id, as_of=night.as_of, fetches=fetches, entries=[])
    return added


def _first_seen(entry: FeedEntry, now: datetime) -> datetime:
    """The end of the day of publication, or now."""
    if entry.published_at is None or entry.published_certainty == "suspect":
        return now
    day = entry.published_at.replace(hour=0, minute=0, second=0, microsecond=0)
    return min(now, day + timedelta(days=1) - timedelta(seconds=1))
