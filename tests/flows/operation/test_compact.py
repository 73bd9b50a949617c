"""Forgetting and giving room back, never in a night's way."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.house import House
from flows.night import warehouse_file
from flows.operation import compact as module
from flows.operation.compact import compact
from tests.flows.houses import make_house
from warehouse.batches import add_rows
from warehouse.connection import Connection, open_file
from warehouse.lock import hold_lock

NOW = datetime(2026, 6, 1, tzinfo=UTC)
OLD, FRESH = NOW - timedelta(days=200), NOW - timedelta(days=5)


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = make_house(tmp_path, retention={"off_topic_days": 100, "story_terms_days": 100})
    house.settings.state_dir.mkdir()
    with open_(house) as con:
        add_rows(con, "entries", [entry(f"{kind}-{n}", at, kind) for kind, at in (("old", OLD), ("fresh", FRESH),
                                  ("read", OLD), ("undated", OLD)) for n in range(300)])  # fmt: skip
        add_rows(con, "entry_outcomes", [
            {"run_id": "r", "entry_id": f"old-{n}", "outcome": "off-topic", "happened_at": OLD} for n in range(300)
        ])  # fmt: skip
        add_rows(con, "article_terms", [
            {"version_id": f"v{n}", "story_id": "s", "storyline_id": "l", "site": "x", "member_at": OLD if n else FRESH,
             "dated": True, "terms": bytes(range(256)) * 40} for n in range(400)
        ])  # fmt: skip
    return house


def entry(name: str, at: datetime, kind: str) -> dict[str, Any]:
    return {
        "entry_id": name, "source_id": "s", "feed_url": "f", "entry_key": name, "title": "t", "summary": "",
        "published_at": None if kind == "undated" else at, "published_certainty": "exact", "fingerprint": "x",
        "first_seen_at": at, "first_run_id": "r", "state": "done", "version_id": "v" if kind == "read" else None,
    }  # fmt: skip


def open_(house: House) -> contextlib.closing[Connection]:
    return contextlib.closing(open_file(warehouse_file(house.settings.state_dir)))


def left(house: House) -> dict[str, int]:
    with open_(house) as con:
        rows = con.execute("SELECT split_part(entry_id, '-', 1), count(*) FROM entries GROUP BY ALL").fetchall()
        terms = con.execute("SELECT count(*) FROM article_terms").fetchone()
    assert terms is not None
    return dict(rows) | {"terms": terms[0]}


def test_only_what_may_be_forgotten_is(house: House) -> None:
    done = compact(house, now=NOW)
    assert (done.entries, done.terms) == (300, 399)
    assert left(house) == {"fresh": 300, "read": 300, "undated": 300, "terms": 1}
    with open_(house) as con:
        assert con.execute("SELECT count(*) FROM entry_outcomes").fetchone() == (0,)
    again = compact(house, now=NOW)
    assert (again.entries, again.terms) == (0, 0)


def test_the_file_is_written_anew_with_everything_in_it(house: House) -> None:
    done = compact(house, now=NOW, worth=0.0)
    assert done.rewritten
    assert left(house) == {"fresh": 300, "read": 300, "undated": 300, "terms": 1}
    with open_(house) as con:  # its keys too
        with pytest.raises(Exception, match=r"Constraint|duplicate"):
            add_rows(con, "entries", [entry("fresh-1", FRESH, "fresh")])
        comments = con.execute("SELECT count(comment) FROM duckdb_tables()").fetchone()
        views = con.execute("SELECT count(*) FROM duckdb_views() WHERE NOT internal").fetchone()
    assert comments is not None and comments[0] > 10
    assert views is not None and views[0] > 5
    assert not (house.settings.state_dir / module.WORK).exists()


def test_a_run_is_not_stood_in_the_way(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    state = house.settings.state_dir
    with hold_lock(state, purpose="night", since=NOW):
        assert compact(house, now=NOW).put_off
    written = module.write_compact

    def meanwhile(source: Path, target: Path, *, memory_limit: str) -> None:
        written(source, target, memory_limit=memory_limit)
        with hold_lock(state, purpose="night", since=NOW), open_(house) as con:  # it gets the lock at once
            add_rows(con, "entries", [entry("fresh-new", FRESH, "fresh")])

    monkeypatch.setattr(module, "write_compact", meanwhile)
    done = compact(house, now=NOW, worth=0.0)
    assert done.put_off and not done.rewritten
    assert left(house)["fresh"] == 301, "what the run wrote is there"
