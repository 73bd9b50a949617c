"""A source's life: what answers make of it, when it is asked again, what the operator hears."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.feeds.changes import changes_between
from extractors.feeds.parse import parse_feed
from extractors.feeds.schedule import (
    DEFAULT_RULES,
    is_due,
    next_request,
    next_state,
    reconfigured,
    undo_move,
    volume_drop,
)
from extractors.feeds.state import CONDITIONS, FeedAnswer, SourceState, feed_answer
from extractors.model import FetchedPage, Problem
from extractors.web.model import NotModified

NIGHT = datetime(2026, 9, 1, 2, tzinfo=UTC)
DAY = timedelta(days=1)
NEW = SourceState(source_id="a", feed_url="https://e.org/feed")
UNCHANGED = FeedAnswer(url=NEW.url, not_modified=True)


def ok(new: int = 3, **more: object) -> FeedAnswer:
    values: dict[str, object] = {"url": NEW.url, "entries": 20, "new_entries": new, "etag": '"1"', "body_hash": "x"}
    return FeedAnswer(**(values | more))  # type: ignore[arg-type]


def fail(code: str, **more: object) -> FeedAnswer:
    problem = Problem(stage="feed", url=NEW.url, code=code, detail="x", **more)  # type: ignore[arg-type]
    return FeedAnswer(url=NEW.url, problem=problem)


def nights(state: SourceState, *answers: FeedAnswer, start: datetime = NIGHT) -> SourceState:
    for n, answer in enumerate(answers):
        state = next_state(state, answer, now=start + n * DAY)
    return state


@pytest.mark.parametrize(
    ("answer", "condition"),
    [
        (ok(), "ok"), (ok(0), "ok"), (ok(0, entries=0), "empty"), (UNCHANGED, "not-modified"),
        (ok(0, newest_at=NIGHT - 61 * DAY), "stale"), (ok(1, newest_at=NIGHT - 61 * DAY), "ok"),
        (fail("http-403"), "blocked"), (fail("blocked"), "blocked"), (fail("robots-denied"), "blocked"),
        (fail("http-410"), "gone"), (fail("http-404"), "broken"), (fail("timeout"), "broken"),
        (fail("not-a-feed"), "broken"),
        (ok(permanent_url="https://e.org/new"), "moved"),
    ],
)  # fmt: skip
def test_conditions(answer: FeedAnswer, condition: str) -> None:
    state = next_state(NEW, answer, now=NIGHT)
    assert state.state == condition and state.evidence
    assert state.checked_at == state.since_at == NIGHT and state.next_check_at is not None


def test_every_night_is_due_although_nights_do_not_start_to_the_minute() -> None:
    for answer in (ok(), ok(0), UNCHANGED, fail("timeout"), ok(stated_s=10 * 86_400.0)):
        for first_delay in (-30, 0, 30):
            state = nights(NEW, *[answer] * 3)
            assert is_due(state, NIGHT + 3 * DAY + timedelta(minutes=first_delay))


def test_busy_feeds_are_asked_more_often_and_quiet_ones_less() -> None:
    busy = quiet = replace(NEW, interval_s=14_400.0, first_checked_at=NIGHT)
    at = NIGHT
    for _ in range(10):
        at += timedelta(hours=1)
        busy = next_state(busy, ok(10), now=at)
        quiet = next_state(quiet, ok(0), now=at)
    assert busy.interval_s == DEFAULT_RULES.min_interval_s
    assert quiet.interval_s == DEFAULT_RULES.max_interval_s
    assert not is_due(quiet, at + timedelta(hours=20)) and is_due(busy, at + timedelta(hours=1))


def test_what_feed_and_headers_state_is_heeded_up_to_a_day() -> None:
    for stated_s, wait_s in ((7200.0, 7200.0), (10**7, 86_400.0), (1.0, 900.0)):
        state = next_state(replace(NEW, interval_s=900.0), ok(stated_s=stated_s), now=NIGHT)
        assert state.next_check_at is not None
        assert wait_s * 0.9 <= (state.next_check_at - NIGHT).total_seconds() <= wait_s


def test_retry_after_is_never_cut_short() -> None:
    state = next_state(NEW, fail("http-503", retry_after_s=80_000.0), now=NIGHT)
    assert state.next_check_at is not None and (state.next_check_at - NIGHT).total_seconds() >= 80_000


def test_validators_as_received_and_a_full_get_now_and_then() -> None:
    state = next_state(NEW, ok(etag='W/"a b"', last_modified="yesterday-ish"), now=NIGHT)
    request = next_request(state, NIGHT + DAY)
    assert (request.etag, request.last_modified) == ('W/"a b"', "yesterday-ish")
    assert next_request(state, NIGHT + 8 * DAY).etag is None
    state = next_state(state, UNCHANGED, now=NIGHT + DAY)
    assert next_request(state, NIGHT + 2 * DAY).etag == 'W/"a b"'
    assert next_state(state, ok(etag=None), now=NIGHT + 2 * DAY).etag is None
    broken = next_state(state, fail("not-a-feed"), now=NIGHT + 2 * DAY)
    assert broken.etag == 'W/"a b"' and next_request(broken, NIGHT + 3 * DAY).etag is None


def test_a_server_that_lies_about_changes_is_caught() -> None:
    state = nights(replace(NEW, newest_at=NIGHT - DAY), ok(newest_at=NIGHT), *[UNCHANGED] * 7)
    honest = next_state(state, ok(1, body_hash="y", oldest_new_at=NIGHT + 7.5 * DAY), now=NIGHT + 8 * DAY)
    liar = next_state(state, ok(5, body_hash="y", oldest_new_at=NIGHT + 2 * DAY), now=NIGHT + 8 * DAY)
    assert not honest.validators_lie and liar.validators_lie
    assert next_request(liar, NIGHT + 9 * DAY).etag is None
    assert [c.kind for c in changes_between(state, liar, now=NIGHT)] == ["lying"]


def test_soft_failures_back_off_disable_and_come_back() -> None:
    state = nights(NEW, ok(), *[fail("timeout")] * 29)
    assert state.disabled_at is None and state.state == "broken" and state.failing_since == NIGHT + DAY
    state = next_state(state, fail("timeout"), now=NIGHT + 30 * DAY)
    assert state.disabled_at == NIGHT + 30 * DAY
    assert not is_due(state, NIGHT + 50 * DAY) and is_due(state, NIGHT + 61 * DAY)
    assert nights(NEW, *[fail("not-a-feed")] * 10).disabled_at is not None
    back = next_state(state, ok(), now=NIGHT + 61 * DAY)
    assert back.disabled_at is None and back.failures == 0 and back.state == "ok"
    assert [c.kind for c in changes_between(state, back, now=NIGHT)] == ["state", "enabled"]


def test_not_having_asked_says_nothing_about_a_source() -> None:
    state = nights(NEW, ok())
    for code in ("retry-later", "crawl-delay", "host-unreachable"):
        after = next_state(state, fail(code), now=NIGHT + DAY)
        assert after.state == "ok" and after.failures == 0


def test_dead_for_a_month_is_gone() -> None:
    assert nights(NEW, *[fail("http-404")] * 32).state == "gone"
    assert nights(NEW, *[fail("http-503")] * 32).state == "broken"


def test_a_move_is_followed_after_a_week_of_valid_answers_and_can_be_undone() -> None:
    target = "https://e.org/new"
    week = nights(NEW, *[ok(permanent_url=target)] * 7)
    assert week.url == NEW.feed_url and week.state == "moved" and target in week.evidence
    broken_off = nights(NEW, *[ok(permanent_url=target)] * 5, fail("timeout"), *[ok(permanent_url=target)] * 3)
    assert broken_off.url == NEW.feed_url
    moved = next_state(week, ok(permanent_url=target), now=NIGHT + 7 * DAY)
    assert moved.url == target and moved.moving_to is None and moved.state == "ok"
    (change,) = [c for c in changes_between(week, moved, now=NIGHT) if c.kind == "moved"]
    assert (change.before, change.after) == ("e.org/feed", "e.org/new")
    undone = undo_move(moved)
    assert undone.url == NEW.feed_url and is_due(undone, NIGHT)
    assert nights(undone, *[ok(permanent_url=target)] * 10).url == NEW.feed_url


def test_a_new_address_in_the_configuration_starts_afresh() -> None:
    state = nights(NEW, ok(), fail("timeout"))
    assert reconfigured(state, NEW.feed_url) is state
    fresh = reconfigured(state, "https://e.org/other")
    assert fresh.etag is None and fresh.failures == 0 and is_due(fresh, NIGHT) and fresh.state is None


def test_volume_that_drops_against_its_own_history_is_told_once() -> None:
    state = nights(NEW, *[ok(10)] * 36)
    assert volume_drop(state, NIGHT + 35 * DAY) is None
    told = []
    for n in range(36, 50):
        before, state = state, next_state(state, ok(0), now=NIGHT + n * DAY)
        told += [(n, c.evidence) for c in changes_between(before, state, now=NIGHT + n * DAY) if c.kind == "volume"]
    assert len(told) == 1 and 38 <= told[0][0] <= 43 and "where 70 are usual" in told[0][1]
    sparse = nights(NEW, *([ok(1), *[ok(0)] * 6] * 6))
    assert volume_drop(sparse, NIGHT + 41 * DAY) is None


def test_what_the_operator_hears() -> None:
    first = next_state(NEW, ok(), now=NIGHT)
    assert changes_between(None, first, now=NIGHT) == []
    quiet = next_state(first, UNCHANGED, now=NIGHT + DAY)
    assert changes_between(first, quiet, now=NIGHT) == []
    broken = next_state(quiet, fail("http-500"), now=NIGHT + 2 * DAY)
    (worse,) = changes_between(quiet, broken, now=NIGHT)
    (better,) = changes_between(broken, next_state(broken, ok(), now=NIGHT + 3 * DAY), now=NIGHT)
    assert not worse.better and better.better and (worse.before, worse.after) == ("not-modified", "broken")


def test_answers_are_gathered_from_what_came() -> None:
    body = (b'<rss version="2.0"><channel><ttl>60</ttl><item><guid>1</guid><title>a</title>'
            b"<pubDate>Tue, 01 Sep 2026 00:00:00 GMT</pubDate></item><item><guid>2</guid><title>b</title>"
            b"<pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate></item></channel></rss>")  # fmt: skip
    page = FetchedPage(
        url=NEW.url, final_url=NEW.url, status=200, body=body, fetched_at=NIGHT,
        headers=(("ETag", '"e"'), ("Cache-Control", "max-age=7200")),
    )  # fmt: skip
    feed = parse_feed(body, source_id="a", url=NEW.url, now=NIGHT)
    answer = feed_answer(page, feed, new_entries=feed.entries[:1])
    assert (answer.etag, answer.stated_s, answer.entries, answer.new_entries) == ('"e"', 7200.0, 2, 1)
    assert answer.newest_at == answer.oldest_new_at == datetime(2026, 9, 1, tzinfo=UTC) and answer.body_hash
    unchanged = NotModified(url=NEW.url, final_url=NEW.url, headers=(("ETag", "n"),), fetched_at=NIGHT)
    assert feed_answer(unchanged, None).not_modified and feed_answer(unchanged, None).etag == "n"
    html = b"<html><link rel=alternate type=application/rss+xml href=/rss>"
    broken = next_state(NEW, feed_answer(page, parse_feed(html, source_id="a", url=NEW.url, now=NIGHT)), now=NIGHT)
    assert broken.state == "broken" and "https://e.org/rss" in broken.evidence


_answers = st.one_of(
    st.builds(ok, st.integers(0, 50), stated_s=st.none() | st.floats(0, 1e9),
              permanent_url=st.none() | st.just("https://e.org/new"), entries=st.integers(0, 60)),
    st.just(UNCHANGED),
    st.builds(fail, st.sampled_from(["timeout", "http-404", "http-410", "http-429", "blocked", "not-a-feed", "dns",
                                     "retry-later"]), retry_after_s=st.none() | st.floats(0, 86_400)),
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(_answers, st.floats(-86_400, 10 * 86_400)), max_size=25))
def test_whatever_happens_the_state_is_sound(steps: list[tuple[FeedAnswer, float]]) -> None:
    """The clock may jump; a source is never lost for longer than a month."""
    state, now = NEW, NIGHT
    for answer, seconds in steps:
        now += timedelta(seconds=seconds)
        state = next_state(state, answer, now=now)
        assert state.state in CONDITIONS and state.evidence and state.failures >= 0
        assert state.next_check_at is not None and now < state.next_check_at + timedelta(seconds=1)
        assert is_due(state, now + timedelta(days=31))
        assert DEFAULT_RULES.min_interval_s <= state.interval_s <= DEFAULT_RULES.max_interval_s
        assert answer.problem is not None or (state.valid_at == now and state.failures == 0)
        assert sum(n for _, n in state.volume) >= 0 and len(state.volume) <= DEFAULT_RULES.volume_days
