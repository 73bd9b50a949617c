"""When a source is asked again, and what its answers make of it. Pure: the clock is an argument."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from extractors.feeds.state import Condition, FeedAnswer, SourceState
from extractors.model import digest64
from extractors.web.model import FetchRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRules:
    """Thresholds. Times in seconds; failures are weighed sums (a soft one counts 1, a hard one `hard_weight`)."""

    min_interval_s: float = 900.0
    max_interval_s: float = 86_400.0
    # A nightly run starts a little earlier or later than a day after the last one.
    slack_s: float = 3_600.0
    full_every_s: float = 7 * 86_400.0
    hard_weight: float = 3.0
    disable_after: float = 30.0
    disabled_interval_s: float = 30 * 86_400.0
    gone_after_s: float = 30 * 86_400.0
    move_after_s: float = 7 * 86_400.0
    stale_after_s: float = 60 * 86_400.0
    jitter: float = 0.1
    volume_days: int = 35
    # A week is reported when its count would happen less often than this at the usual rate.
    volume_rarity: float = 0.001


DEFAULT_RULES = FeedRules()
_BLOCKED = frozenset(
    ("blocked", "robots-denied", "http-401", "http-402", "http-403", "http-407", "http-451", "refused-address")
)
# Come and go by themselves (section 5 of the measurements, and every feed reader's experience).
_SOFT = frozenset(
    ("timeout", "dns", "connect", "cut-off", "http-404", "http-408", "http-425", "http-429", "crawl-delay",
     "retry-later", "host-unreachable", "empty-body", "blocked", "http-403", "robots-denied")
)  # fmt: skip
# We did not ask at all: says nothing about the source.
_NOT_ASKED = frozenset(("crawl-delay", "retry-later", "host-unreachable"))


def is_due(state: SourceState, now: datetime, rules: FeedRules = DEFAULT_RULES) -> bool:
    """Whether the source is to be asked now. A clock that jumped back makes it due at most a month early."""
    if state.next_check_at is None or state.checked_at is None:
        return True
    return state.next_check_at <= now + timedelta(seconds=rules.slack_s) or state.checked_at > now + timedelta(days=1)


def next_request(state: SourceState, now: datetime, rules: FeedRules = DEFAULT_RULES) -> FetchRequest:
    """What to ask: with the validators, or in full if that was too long ago, or if the server lies about changes."""
    full_due = state.full_at is None or (now - state.full_at).total_seconds() >= rules.full_every_s * _jitter(
        state.source_id, "full", rules.jitter
    )
    if full_due or state.validators_lie or state.state in ("broken", "empty", "gone"):
        return FetchRequest(url=state.url, kind="feed")
    return FetchRequest(url=state.url, etag=state.etag, last_modified=state.last_modified, kind="feed")


def next_state(
    state: SourceState, answer: FeedAnswer, *, now: datetime, rules: FeedRules = DEFAULT_RULES
) -> SourceState:
    """The source after that answer: its condition with the evidence, validators, failures, and when to ask next."""
    if answer.problem is not None:
        after = _after_failure(state, answer, now, rules)
    else:
        after = _after_valid(state, answer, now, rules)
    changed = after.state != state.state
    return replace(
        after,
        checked_at=now,
        first_checked_at=state.first_checked_at or now,
        since_at=now if changed else state.since_at or now,
    )


def undo_move(state: SourceState) -> SourceState:
    """The source back at its configured address, its redirects no longer followed for good; due at once."""
    return replace(
        state, fetch_url=None, moving_to=None, moving_since=None, moves_ignored=True, etag=None, last_modified=None,
        full_at=None, next_check_at=None, evidence="moved back by the operator",
    )  # fmt: skip


def reconfigured(state: SourceState, feed_url: str) -> SourceState:
    """The source under the address that the configuration gives now: unchanged, or started afresh with its history."""
    if feed_url == state.feed_url:
        return state
    return SourceState(source_id=state.source_id, feed_url=feed_url, volume=state.volume,
                       first_checked_at=state.first_checked_at)  # fmt: skip


def volume_drop(state: SourceState, now: datetime, rules: FeedRules = DEFAULT_RULES) -> str | None:
    """What is unusual about the number of new entries in the last seven days, or None.

    The week is compared with the median of the up to four weeks before; reported if so few would come less often than
    `volume_rarity` (Poisson). At least two full weeks of history are needed.
    """
    if state.first_checked_at is None:
        return None
    today = now.date()
    known_days = (today - state.first_checked_at.date()).days
    weeks = [_week(state.volume, today - timedelta(days=7 * n)) for n in range(5) if known_days >= 7 * (n + 1)]
    if len(weeks) < 3:
        return None
    usual = sorted(weeks[1:])[len(weeks[1:]) // 2]
    if usual == 0 or weeks[0] >= usual or _at_most(weeks[0], usual) >= rules.volume_rarity:
        return None
    return f"{weeks[0]} new entries in seven days, where {usual} are usual"


def _after_failure(state: SourceState, answer: FeedAnswer, now: datetime, rules: FeedRules) -> SourceState:
    problem = answer.problem
    assert problem is not None
    code = problem.code
    since = state.failing_since or now
    failures = state.failures
    if code not in _NOT_ASKED:
        soft = code in _SOFT or code.startswith("http-5")
        failures += 1.0 if soft else rules.hard_weight
    condition: Condition = "blocked" if code in _BLOCKED else "broken"
    long_dead = (now - since).total_seconds() >= rules.gone_after_s and failures >= rules.disable_after
    if code == "http-410" or (long_dead and code in ("http-404", "dns")):
        condition = "gone"
    if code in _NOT_ASKED and state.state is not None:
        condition = state.state
    disabled_at = state.disabled_at
    if condition == "gone" or failures >= rules.disable_after:
        disabled_at = disabled_at or now
    if disabled_at is not None:
        wait_s = rules.disabled_interval_s
    else:
        wait_s = min(rules.max_interval_s, max(rules.min_interval_s, state.interval_s / 4) * 2 ** min(failures, 10.0))
    wait_s = max(wait_s * _jitter(state.source_id, f"{failures}", rules.jitter), problem.retry_after_s or 0.0)
    hint = f" The page in its place announces the feed {answer.alternate}." if answer.alternate else ""
    return replace(
        state,
        state=condition,
        evidence=f"{code}: {problem.detail}{hint}"[:500],
        failures=failures,
        failing_since=since,
        disabled_at=disabled_at,
        next_check_at=now + timedelta(seconds=wait_s),
        # A week of *valid* answers is what a move needs.
        moving_to=None,
        moving_since=None,
    )


def _after_valid(state: SourceState, answer: FeedAnswer, now: datetime, rules: FeedRules) -> SourceState:
    full = not answer.not_modified
    moved = _moved(state, answer, now, rules)
    lies = state.validators_lie or (full and _caught_lying(state, answer))
    new_at = now if answer.new_entries else state.new_at
    newest_at = max((t for t in (answer.newest_at, state.newest_at) if t is not None), default=None)
    interval_s = _interval(state, answer, now, rules)
    # At the first check everything is new: that is no day's work.
    new_today = (answer.new_entries or 0) if state.first_checked_at is not None else 0
    wait_s = min(max(interval_s, answer.stated_s or 0.0), rules.max_interval_s)
    after = replace(
        moved,
        etag=answer.etag if full else answer.etag or state.etag,
        last_modified=answer.last_modified if full else answer.last_modified or state.last_modified,
        validators_lie=lies,
        valid_at=now,
        full_at=now if full else state.full_at,
        body_hash=answer.body_hash if full else state.body_hash,
        new_at=new_at,
        newest_at=newest_at,
        interval_s=interval_s,
        next_check_at=now + timedelta(seconds=wait_s * _jitter(state.source_id, "next", rules.jitter / 10)),
        failures=0.0,
        failing_since=None,
        disabled_at=None,
        volume=_with_volume(state.volume, now.date(), new_today, rules.volume_days),
    )
    condition, evidence = _condition(after, answer, now, rules)
    return replace(after, state=condition, evidence=evidence)


def _condition(state: SourceState, answer: FeedAnswer, now: datetime, rules: FeedRules) -> tuple[Condition, str]:
    if state.moving_to is not None and state.moving_since is not None:
        day = state.moving_since + timedelta(seconds=rules.move_after_s)
        return "moved", f"answers from {state.moving_to}; that becomes its address on {day:%Y-%m-%d} if it lasts"
    if not answer.not_modified and answer.entries == 0:
        return "empty", "a valid feed without entries"
    latest = state.newest_at or state.new_at
    if latest is not None and (now - latest).total_seconds() >= rules.stale_after_s and not answer.new_entries:
        return "stale", f"nothing newer than {latest:%Y-%m-%d}"
    if answer.not_modified:
        return "not-modified", "nothing new, by the server's word"
    lying = "; its 'not modified' is not to be trusted, so it is fetched in full" if state.validators_lie else ""
    entries = "1 entry" if answer.entries == 1 else f"{answer.entries} entries"
    return "ok", f"{entries}, {answer.new_entries or 'none'} new{lying}"


def _moved(state: SourceState, answer: FeedAnswer, now: datetime, rules: FeedRules) -> SourceState:
    """The move that permanent redirects announce: noted, and after a week of valid answers made."""
    target = answer.permanent_url
    if state.moves_ignored or target is None or target == state.url:
        return replace(state, moving_to=None, moving_since=None)
    since = state.moving_since if state.moving_to == target and state.moving_since else now
    if (now - since).total_seconds() < rules.move_after_s:
        return replace(state, moving_to=target, moving_since=since)
    return replace(state, fetch_url=target, moving_to=None, moving_since=None)


def _caught_lying(state: SourceState, answer: FeedAnswer) -> bool:
    """A full answer brings entries that were published well before the server last said "not modified"."""
    return (
        state.state == "not-modified"
        and bool(answer.new_entries)
        and state.valid_at is not None
        and answer.oldest_new_at is not None
        and answer.body_hash != state.body_hash
        and answer.oldest_new_at < state.valid_at - timedelta(days=1)
        and (state.newest_at is None or answer.oldest_new_at > state.newest_at)
    )


def _interval(state: SourceState, answer: FeedAnswer, now: datetime, rules: FeedRules) -> float:
    """Halved towards the usual gap between entries when something new came, longer by half when nothing did."""
    if answer.new_entries:
        elapsed_s = (now - state.checked_at).total_seconds() if state.checked_at else rules.max_interval_s
        gap_s = max(elapsed_s, rules.min_interval_s) / answer.new_entries
        wanted = min(state.interval_s, max(gap_s, state.interval_s / 2))
    else:
        wanted = state.interval_s * 1.5
    return min(max(wanted, rules.min_interval_s), rules.max_interval_s)


def _with_volume(
    volume: tuple[tuple[date, int], ...], today: date, new: int, days: int
) -> tuple[tuple[date, int], ...]:
    counts = {day: n for day, n in volume if today - timedelta(days=days) < day}
    if new or today in counts:
        counts[today] = counts.get(today, 0) + new
    return tuple(sorted(counts.items()))


def _week(volume: tuple[tuple[date, int], ...], end: date) -> int:
    return sum(n for day, n in volume if end - timedelta(days=7) < day <= end)


def _at_most(count: int, usual: float) -> float:
    """Probability of at most `count` events where `usual` are expected (Poisson)."""
    term = total = math.exp(-usual)
    for n in range(1, count + 1):
        term *= usual / n
        total += term
    return total


def _jitter(source_id: str, purpose: str, width: float) -> float:
    """A factor in [1 - width, 1], the same for the same source and purpose: sources spread, replays agree."""
    return 1.0 - width * int(digest64(f"{source_id}\n{purpose}"), 16) / 2**64
