"""States of the sources survive the night, and the log says what changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from extractors.feeds.schedule import next_state
from extractors.feeds.state import FeedAnswer, SourceState
from extractors.model import Problem
from warehouse.connection import open_memory
from warehouse.feed_state import find_source_changes, find_source_states, store_source_states
from warehouse.store import transaction

NIGHT = datetime(2026, 9, 1, 2, tzinfo=UTC)
DAY = timedelta(days=1)


def fresh(n: int) -> SourceState:
    return SourceState(source_id=f"s{n}", feed_url=f"https://e.org/{n}?key=secret")


def test_round_trip_and_upsert() -> None:
    con = open_memory()
    answer = FeedAnswer(url="https://e.org", entries=5, new_entries=5, etag='W/"ü\'x"', permanent_url="https://e.org/new",
                        last_modified="Tue, 01 Sep 2026", newest_at=NIGHT, body_hash="h")  # fmt: skip
    states = {f"s{n}": next_state(next_state(fresh(n), answer, now=NIGHT), answer, now=NIGHT + DAY) for n in range(50)}
    with transaction(con):
        store_source_states(con, [fresh(n) for n in range(25)])
    with transaction(con):
        store_source_states(con, states.values())
    assert find_source_states(con) == states
    assert store_source_states(con, []) == []


def test_changes_are_logged_with_the_states_or_not_at_all() -> None:
    con = open_memory()
    good = next_state(fresh(1), FeedAnswer(url="u", entries=1, new_entries=1), now=NIGHT)
    problem = Problem(stage="feed", url=None, code="http-410", detail="Gone.")
    dead = next_state(good, FeedAnswer(url="u", problem=problem), now=NIGHT + DAY)
    with transaction(con):
        assert store_source_states(con, [good]) == []
    try:
        with transaction(con):
            store_source_states(con, [dead])
            raise KeyError("killed")
    except KeyError:
        pass
    assert find_source_states(con)["s1"] == good and find_source_changes(con, since=NIGHT) == []
    with transaction(con):
        changes = store_source_states(con, [dead], before={"s1": good})
    assert [(c.kind, c.before, c.after) for c in changes] == [("state", "ok", "gone"), ("disabled", "ok", "gone")]
    assert [c.change for c in find_source_changes(con, since=NIGHT)] == sorted(changes, key=lambda c: c.kind)
    assert find_source_changes(con, since=NIGHT + DAY) == []
    assert "secret" not in str([(c.before, c.after, c.evidence) for c in changes])
