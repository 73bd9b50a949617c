"""What is known of a source between two nights, and what one answer says about it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from extractors.feeds.model import ParsedFeed
from extractors.model import FeedEntry, FetchedPage, Problem
from extractors.web.headers import fresh_for_s
from extractors.web.model import FetchResult, NotModified

# `ok`: entries came. `not-modified`: nothing new, by the server's word. `empty`: a feed without entries. `stale`:
# valid, but nothing new for long. `blocked`: refused to us (403, challenge, robots.txt). `gone`: 410, or dead for a
# month. `broken`: unreachable or unreadable. `moved`: valid, through a permanent redirect not yet followed for good.
Condition = Literal["ok", "not-modified", "empty", "stale", "blocked", "gone", "broken", "moved"]
CONDITIONS: tuple[Condition, ...] = ("ok", "not-modified", "empty", "stale", "blocked", "gone", "broken", "moved")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """A source as of its last check; a fresh one has only `source_id` and `feed_url`, and is due.

    `feed_url` is what the operator configured, `fetch_url` where the feed is fetched since it moved (None: there).
    `etag` and `last_modified` are the validators of the last readable answer, exactly as received; `validators_lie`
    once the server was caught saying "not modified" although something was. `failures` is the weighed sum since the
    last valid answer; `disabled_at` is set when there were too many: then the source is tried monthly. `moving_to` is
    where permanent redirects lead, `moving_since` for how long without a break; `moves_ignored` after an operator
    undid a move. `volume` holds new entries by day, oldest first, for the last five weeks.
    """

    source_id: str
    feed_url: str
    fetch_url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    validators_lie: bool = False
    state: Condition | None = None
    evidence: str = ""
    since_at: datetime | None = None
    checked_at: datetime | None = None
    valid_at: datetime | None = None
    full_at: datetime | None = None
    body_hash: str | None = None
    new_at: datetime | None = None
    newest_at: datetime | None = None
    interval_s: float = 86_400.0
    next_check_at: datetime | None = None
    failures: float = 0.0
    failing_since: datetime | None = None
    disabled_at: datetime | None = None
    moving_to: str | None = None
    moving_since: datetime | None = None
    moves_ignored: bool = False
    first_checked_at: datetime | None = None
    volume: tuple[tuple[date, int], ...] = ()

    @property
    def url(self) -> str:
        """Where to fetch the feed now."""
        return self.fetch_url or self.feed_url


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAnswer:
    """What one check of a source gave, as far as its state depends on it.

    `problem` is the fetch's or the parser's; without it the answer was valid. `entries` and `new_entries` count what
    the feed held and what was not known before (None for "not modified"). `newest_at` is the latest plausible
    publication time, `oldest_new_at` the earliest of the new ones. `stated_s` is the longest time to wait that the
    feed or its headers state. `alternate` is a feed that a page in its place announces.
    """

    url: str
    not_modified: bool = False
    problem: Problem | None = None
    etag: str | None = None
    last_modified: str | None = None
    permanent_url: str | None = None
    stated_s: float | None = None
    entries: int | None = None
    new_entries: int | None = None
    newest_at: datetime | None = None
    oldest_new_at: datetime | None = None
    body_hash: str | None = None
    alternate: str | None = None


def feed_answer(result: FetchResult, feed: ParsedFeed | None, *, new_entries: Sequence[FeedEntry] = ()) -> FeedAnswer:
    """The answer to `next_state`'s question: from what was fetched, what was parsed of it (None unless a page came),
    and which of its entries were not known before."""
    if isinstance(result, Problem):
        return FeedAnswer(url=result.url or "", problem=result)
    stated = [s for s in (fresh_for_s(result.headers), feed.ttl_s if feed else None) if s is not None]
    if isinstance(result, NotModified) or feed is None:
        return FeedAnswer(
            url=result.final_url,
            not_modified=True,
            etag=result.header("etag"),
            last_modified=result.header("last-modified"),
            permanent_url=result.permanent_url,
            stated_s=max(stated, default=None),
        )
    return FeedAnswer(
        url=result.final_url,
        problem=feed.problem,
        etag=result.header("etag"),
        last_modified=result.header("last-modified"),
        permanent_url=result.permanent_url or (feed.moved_to if feed.moved_to != result.url else None),
        stated_s=max(stated, default=None),
        entries=len(feed.entries),
        new_entries=len(new_entries),
        newest_at=max(_plausible(feed.entries), default=None),
        oldest_new_at=min(_plausible(new_entries), default=None),
        body_hash=_hash(result),
        alternate=feed.alternates[0].url if feed.alternates else None,
    )


def _plausible(entries: Sequence[FeedEntry]) -> list[datetime]:
    return [e.published_at for e in entries if e.published_at and e.published_certainty in ("exact", "day")]


def _hash(page: FetchedPage) -> str:
    return hashlib.sha256(page.body).hexdigest()[:16]
