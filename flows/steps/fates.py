"""What becomes of a waiting entry: pure decisions from an answer or a reading to a `Reading` for the warehouse."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import datetime, timedelta

from extractors.model import FeedEntry, FetchedPage, Outcome, Problem, TopicMatch
from extractors.pages.pool import PageReading
from warehouse.store import FetchRecord, PendingEntry, Reading

# The text is kept from us, or its place: the entry stands with title and link only.
WITHHELD = frozenset(("robots-denied", "reserved", "blocked", "http-401", "http-402", "http-403", "http-451",
                      "noindex", "discovery-only"))  # fmt: skip
# What the feed carries is for people, then.
NOT_FOR_US = frozenset(("robots-denied", "reserved", "noindex"))
# Gone or never there: asking again would only annoy.
FINAL = frozenset(("http-404", "http-410", "bad-url", "refused-address", "insecure-redirect", "redirect-loop",
                   "too-many-redirects", "too-large", "not-html", "empty", "no-text", "too-slow", "too-much-memory",
                   "worker-died"))  # fmt: skip
FULL_TEXT = 600  # characters of markup from which a feed's content is the article and no teaser
FIRST_WAIT = timedelta(hours=1)
LONGEST_WAIT = timedelta(hours=24)

Gate = Callable[[str, str, str, str | None], tuple[TopicMatch, ...]]


def reading_of_page(
    item: PendingEntry, reading: PageReading, *, fetch: FetchRecord | None, as_of: datetime, max_attempts: int
) -> Reading:
    """An on-topic article to be stored, `off-topic`, or the problem that stood in its way."""
    if reading.problem is not None:
        return reading_of_problem(item, reading.problem, fetch=fetch, topics=(), as_of=as_of, max_attempts=max_attempts)
    if reading.article is None:
        return Reading(entry=item.entry, fetch=fetch, outcome="off-topic", code="no-topic")
    return Reading(entry=item.entry, fetch=fetch, article=reading.article, topics=reading.topics)


def reading_of_problem(
    item: PendingEntry,
    problem: Problem,
    *,
    fetch: FetchRecord | None,
    topics: tuple[TopicMatch, ...],
    as_of: datetime,
    max_attempts: int,
) -> Reading:
    """Title and link only, where the publisher withholds the text; else a problem, tried again while that may help.

    `topics` are those of the entry's title and summary: without any, a withheld page is off topic.
    """
    if problem.code in WITHHELD:
        outcome: Outcome = "link-only" if topics else "off-topic"
        return Reading(entry=item.entry, fetch=fetch, topics=topics, outcome=outcome, code=problem.code)
    again = plan_retry(problem, attempts=item.attempts + 1, as_of=as_of, max_attempts=max_attempts)
    return Reading(entry=item.entry, fetch=fetch, code=problem.code, problem=problem, next_try_at=again)


def plan_retry(problem: Problem, *, attempts: int, as_of: datetime, max_attempts: int) -> datetime | None:
    """When to ask again after so many failed attempts: what the server asked for, else an hour, doubled each time up
    to a day. None: never again."""
    if problem.code in FINAL or attempts >= max_attempts:
        return None
    wait: timedelta = min(FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT)
    if problem.retry_after_s:
        wait = max(wait, min(timedelta(seconds=problem.retry_after_s), LONGEST_WAIT))
    return as_of + wait


def feed_text_as_page(entry: FeedEntry, problem: Problem, *, fetched_at: datetime) -> FetchedPage | None:
    """The full text that the feed carried as a page, where the page itself cannot be had; None if there is none.

    Not where the publisher reserves the text: what is in the feed is then for people, not for us.
    """
    content = entry.content_html
    if not content or len(content) < FULL_TEXT or entry.url is None or problem.code in NOT_FOR_US:
        return None
    language = f' lang="{html.escape(entry.language)}"' if entry.language else ""
    title = html.escape(entry.title)
    body = (f"<!doctype html><html{language}><head><meta charset=utf-8><title>{title}</title></head>"
            f"<body><article><h1>{title}</h1>{content}</article></body></html>")  # fmt: skip
    return FetchedPage(
        url=entry.url, final_url=entry.url, status=200, headers=(("content-type", "text/html; charset=utf-8"),),
        body=body.encode("utf-8", "replace"), fetched_at=fetched_at,
    )  # fmt: skip
