"""What becomes of a waiting entry, by answer and reading."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from extractors.model import FeedEntry, Problem, TopicMatch
from flows.steps.fates import feed_text_as_page, plan_retry, reading_of_problem
from warehouse.store import FetchRecord, PendingEntry, Reading

NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)
TOPIC = (TopicMatch(topic_id="app-bans", weight=3.0, terms=("app ban",)),)


def waiting(attempts: int = 0, **more: object) -> PendingEntry:
    found = FeedEntry(source_id="s", feed_url="https://o.example/feed", key="k", url="https://o.example/a",
                      link=None, title="App ban", **more)  # type: ignore[arg-type]  # fmt: skip
    return PendingEntry(entry=found, attempts=attempts, first_seen_at=NOW)


def problem(code: str, retry_after_s: float | None = None) -> Problem:
    return Problem(stage="page", url="https://o.example/a", code=code, detail="-", retry_after_s=retry_after_s)


def fate(code: str, attempts: int = 0, topics: tuple[TopicMatch, ...] = TOPIC) -> Reading:
    fetch = FetchRecord(kind="page", source_id="s", url="https://o.example/a", code=code, fetched_at=NOW)
    return reading_of_problem(waiting(attempts), problem(code), fetch=fetch, topics=topics, as_of=NOW, max_attempts=5)


@pytest.mark.parametrize("code", ["robots-denied", "reserved", "blocked", "http-403", "noindex", "discovery-only"])
def test_what_is_withheld_is_kept_as_title_and_link_if_it_is_on_topic(code: str) -> None:
    assert fate(code).outcome == "link-only"
    assert fate(code, topics=()).outcome == "off-topic"
    assert fate(code).problem is None


def test_what_may_pass_is_tried_again_and_given_up_in_the_end() -> None:
    assert fate("timeout").next_try_at == NOW + timedelta(hours=1)
    assert fate("timeout", attempts=3).next_try_at == NOW + timedelta(hours=8)
    last = fate("timeout", attempts=4)
    assert last.problem is not None
    assert last.next_try_at is None


@pytest.mark.parametrize("code", ["http-404", "http-410", "too-large", "redirect-loop"])
def test_what_will_not_pass_is_not_tried_again(code: str) -> None:
    assert fate(code).next_try_at is None


def test_a_server_that_asks_for_time_gets_it_up_to_a_day() -> None:
    asked = plan_retry(problem("http-429", 7200.0), attempts=1, as_of=NOW, max_attempts=5)
    assert asked == NOW + timedelta(hours=2)
    assert plan_retry(problem("http-503", 1e7), attempts=1, as_of=NOW, max_attempts=5) == NOW + timedelta(days=1)


def test_full_text_in_the_feed_stands_in_for_a_page_that_cannot_be_had() -> None:
    full = waiting(content_html="<p>" + "A sentence of the article. " * 40 + "</p>").entry
    page = feed_text_as_page(full, problem("http-500"), fetched_at=NOW)
    assert page is not None
    assert b"A sentence of the article." in page.body
    assert feed_text_as_page(full, problem("reserved"), fetched_at=NOW) is None, "reserved is reserved"
    assert feed_text_as_page(waiting(content_html="<p>Teaser</p>").entry, problem("http-500"), fetched_at=NOW) is None


def test_a_title_in_the_feed_cannot_break_out_of_the_page_made_of_it() -> None:
    text = "<p>" + "word " * 300 + "</p>"
    entry = waiting(content_html=text).entry
    hostile = FeedEntry(source_id="s", feed_url="f", key="k", url=entry.url, link=None,
                        title="</title><script>x()</script>", content_html=text)  # fmt: skip
    page = feed_text_as_page(hostile, problem("timeout"), fetched_at=NOW)
    assert page is not None
    assert b"<script>" not in page.body
