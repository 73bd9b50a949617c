"""The store: every entry that a night takes up ends as exactly one outcome, whatever happens on the way."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from extractors.model import Problem
from tests.warehouse.examples import DAY, NIGHT, article, begin, entry, feed_fetch, topic, verdict
from warehouse import batches
from warehouse.connection import bounded_memory, open_file, open_memory
from warehouse.store import (
    EntryOutcome,
    Reading,
    SourceRow,
    add_feed_results,
    add_readings,
    add_verdicts,
    find_article,
    find_by_url,
    find_known_articles,
    find_known_entries,
    find_last_run,
    find_pending,
    find_unjudged,
    find_unjudged_ids,
    find_versions,
    finish_run,
    store_sources,
    sum_outcomes,
    transaction,
)

TIMEOUT = Problem(stage="page", url="https://alpha.example/1", code="timeout", detail="No answer in 20 s.")


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return open_memory()


def rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[object, ...]]:
    return con.execute(sql).fetchall()


def take_up(con: duckdb.DuckDBPyConnection, run_id: str, *numbers: int) -> None:
    entries = [entry(number) for number in numbers]
    fetches = [feed_fetch(seen=len(entries))]
    add_feed_results(con, run_id=run_id, as_of=NIGHT, fetches=fetches, entries=entries)


def test_a_pending_entry_comes_back_as_it_was(con: duckdb.DuckDBPyConnection) -> None:
    begin(con, "r1")
    odd = entry(1, published_at=None, published_certainty="none", content_html="<p>x</p>", url=None, language=None)
    add_feed_results(con, run_id="r1", as_of=NIGHT, fetches=[], entries=[odd])
    (pending,) = find_pending(con, as_of=NIGHT)
    assert pending.entry == odd
    assert (pending.attempts, pending.first_seen_at) == (0, NIGHT)
    assert find_known_entries(con, [odd.entry_id, "absent"]) == {odd.entry_id: odd.fingerprint}


def test_lone_surrogates_and_nul_do_not_stop_a_night(con: duckdb.DuckDBPyConnection) -> None:
    begin(con, "r1")
    add_feed_results(con, run_id="r1", as_of=NIGHT, fetches=[], entries=[entry(1, title="a\ud800b\0c")])
    assert find_pending(con, as_of=NIGHT)[0].entry.title == "a?b\0c"


def test_a_night_adds_up(con: duckdb.DuckDBPyConnection) -> None:
    begin(con, "r1")
    entries = [entry(number) for number in range(7)] + [entry(7, url=None)]
    fates = [
        EntryOutcome(entry_id=entries[7].entry_id, outcome="rejected", code="no-link"),
        EntryOutcome(entry_id=entries[6].entry_id, outcome="aged-out"),
    ]
    with transaction(con):
        fetches = [feed_fetch(seen=8)]
        add_feed_results(con, run_id="r1", as_of=NIGHT, fetches=fetches, entries=entries, outcomes=fates)
    assert not sum_outcomes(con, "r1").balanced
    pending = [waiting.entry for waiting in find_pending(con, as_of=NIGHT)]
    assert [waiting.key for waiting in pending] == [f"k{number}" for number in range(6)]
    with transaction(con):
        add_readings(
            con,
            run_id="r1",
            as_of=NIGHT,
            readings=[
                Reading(entry=pending[0], article=article(0), topics=(topic(),)),
                Reading(entry=pending[1], problem=TIMEOUT, next_try_at=NIGHT + DAY),
                Reading(entry=pending[2], outcome="off-topic", code="no-topic"),
                Reading(entry=pending[3], outcome="link-only", code="tdm-reservation", topics=(topic(),)),
                Reading(entry=pending[4], article=article(4), topics=(topic(), topic("cloud"))),
                Reading(entry=pending[5], problem=TIMEOUT),
            ],
        )
    judged = find_unjudged(con)
    assert [one.title for _, one in judged] == ["Report 4", "Report 0"]
    assert judged[1][1] == article(0)
    original = judged[0][1].article_id
    with transaction(con):
        verdicts = [verdict(judged[0][1]), verdict(judged[1][1], "near", original, 0.8)]
        add_verdicts(con, run_id="r1", as_of=NIGHT, judged=[(*one, v) for one, v in zip(judged, verdicts, strict=True)])
    sums = sum_outcomes(con, "r1")
    assert sums.balanced, sums
    assert (sums.seen, sums.known, sums.new, sums.changed, sums.carried_over) == (8, 0, 8, 0, 0)
    assert sums.by_outcome == {
        "aged-out": 1, "copy": 1, "link-only": 1, "new": 1, "off-topic": 1, "problem": 2, "rejected": 1,
    }  # fmt: skip
    assert find_unjudged(con) == []
    assert rows(con, "SELECT entry_key, attempts FROM entries WHERE state <> 'done'") == [("k1", 1)]
    assert rows(con, "SELECT relation, share, confidence FROM kinships") == [("near", 0.8, 0.97)]
    assert rows(con, "SELECT topics FROM entry_outcomes WHERE outcome IN ('new', 'link-only') ORDER BY outcome") == [
        (["chips"],), (["chips", "cloud"],),
    ]  # fmt: skip


def test_a_failed_page_waits_for_its_time_and_is_carried_over(con: duckdb.DuckDBPyConnection) -> None:
    begin(con, "r1")
    take_up(con, "r1", 1)
    with pytest.raises(ValueError, match="clock"):
        add_readings(
            con, run_id="r1", as_of=NIGHT, readings=[Reading(entry=entry(1), problem=TIMEOUT, next_try_at=NIGHT)]
        )
    add_readings(
        con, run_id="r1", as_of=NIGHT, readings=[Reading(entry=entry(1), problem=TIMEOUT, next_try_at=NIGHT + DAY)]
    )
    assert find_pending(con, as_of=NIGHT) == []
    begin(con, "r2", NIGHT)
    assert sum_outcomes(con, "r2").carried_over == 0
    begin(con, "r3", NIGHT + DAY)
    (pending,) = find_pending(con, as_of=NIGHT + DAY)
    assert pending.attempts == 1
    sums = sum_outcomes(con, "r3")
    assert (sums.carried_over, sums.balanced, sums.unaccounted) == (1, False, (entry(1).entry_id,))
    add_readings(con, run_id="r3", as_of=NIGHT + DAY, readings=[Reading(entry=pending.entry, outcome="off-topic")])
    assert sum_outcomes(con, "r3").balanced


def test_what_a_killed_run_read_is_judged_by_the_next(con: duckdb.DuckDBPyConnection) -> None:
    begin(con, "r1")
    take_up(con, "r1", 1, 2)
    add_readings(
        con, run_id="r1", as_of=NIGHT, readings=[Reading(entry=entry(1), article=article(1), topics=(topic(),))]
    )
    begin(con, "r2", NIGHT + DAY)
    assert rows(con, "SELECT state FROM runs ORDER BY run_id") == [("interrupted",), ("running",)]
    assert sum_outcomes(con, "r2").carried_over == 2
    ((version_id, judged),) = find_unjudged(con)
    add_verdicts(con, run_id="r2", as_of=NIGHT + DAY, judged=[(version_id, judged, verdict(judged))])
    add_readings(con, run_id="r2", as_of=NIGHT + DAY, readings=[Reading(entry=entry(2), outcome="off-topic")])
    assert sum_outcomes(con, "r2").balanced
    assert sum_outcomes(con, "r2").by_outcome == {"new": 1, "off-topic": 1}


def test_a_changed_entry_is_fetched_again_and_keeps_its_first_sight(con: duckdb.DuckDBPyConnection) -> None:
    begin(con, "r1")
    take_up(con, "r1", 1)
    add_readings(
        con, run_id="r1", as_of=NIGHT, readings=[Reading(entry=entry(1), problem=TIMEOUT, next_try_at=NIGHT + DAY)]
    )
    later = NIGHT + DAY
    begin(con, "r2", later)
    changed = entry(1, title="Report 1, corrected", authors=("B. Writer", "C. Writer"))
    fetch = feed_fetch(seen=2, known=0, at=later)
    known = feed_fetch(seen=1, known=1, at=later + timedelta(seconds=1))
    add_feed_results(con, run_id="r2", as_of=later, fetches=[fetch, known], entries=[changed, entry(2), entry(2)])
    assert {waiting.entry for waiting in find_pending(con, as_of=later)} == {changed, entry(2)}
    assert rows(con, f"SELECT attempts, first_seen_at FROM entries WHERE entry_id = '{changed.entry_id}'") == [
        (0, NIGHT)
    ]
    sums = sum_outcomes(con, "r2")
    assert (sums.seen, sums.known, sums.new, sums.changed, sums.carried_over) == (3, 1, 1, 1, 0)


def test_the_same_text_again_is_unchanged_and_another_is_a_version(con: duckdb.DuckDBPyConnection) -> None:
    begin(con, "r1")
    take_up(con, "r1", 1, 2, 3)
    same = article(1, fetched_at=NIGHT + timedelta(seconds=5))
    third = article(1, paragraphs=("Other words.",))
    readings = [
        Reading(entry=entry(n), article=a, topics=(topic(),)) for n, a in ((1, article(1)), (2, same), (3, third))
    ]
    add_readings(con, run_id="r1", as_of=NIGHT, readings=readings)
    assert rows(con, "SELECT version FROM article_versions ORDER BY 1") == [(1,), (2,)]
    assert sum_outcomes(con, "r1").by_outcome == {"unchanged": 1}
    judged = find_unjudged(con)
    verdicts = [verdict(judged[0][1]), verdict(judged[1][1], "revision", judged[0][1].article_id, 0.5)]
    add_verdicts(con, run_id="r1", as_of=NIGHT, judged=[(*j, v) for j, v in zip(judged, verdicts, strict=True)])
    assert sum_outcomes(con, "r1").by_outcome == {"new": 1, "revision": 1, "unchanged": 1}
    assert sum_outcomes(con, "r1").balanced
    assert find_by_url(con, article(1).url) == third


def test_the_text_of_an_exact_copy_is_stored_once_and_read_back(con: duckdb.DuckDBPyConnection) -> None:
    begin(con, "r1")
    take_up(con, "r1", 1, 2)
    copy = article(2, paragraphs=article(1).paragraphs)
    readings = [Reading(entry=entry(n), article=a, topics=(topic(),)) for n, a in ((1, article(1)), (2, copy))]
    add_readings(con, run_id="r1", as_of=NIGHT, readings=readings)
    judged = {one.article_id: (version_id, one) for version_id, one in find_unjudged(con)}
    first, second = judged[article(1).article_id], judged[copy.article_id]
    batch = [(*first, verdict(first[1])), (*second, verdict(second[1], "exact", first[1].article_id))]
    add_verdicts(con, run_id="r1", as_of=NIGHT, judged=batch)
    assert rows(con, "SELECT count(text), count(text_in) FROM article_versions") == [(1, 1)]
    assert find_article(con, copy.article_id) == copy
    assert find_article(con, "absent") is None


def test_an_exact_copy_of_a_text_that_we_do_not_hold_keeps_its_own(con: duckdb.DuckDBPyConnection) -> None:
    begin(con, "r1")
    take_up(con, "r1", 1)
    add_readings(con, run_id="r1", as_of=NIGHT, readings=[Reading(entry=entry(1), article=article(1))])
    ((version_id, one),) = find_unjudged(con)
    add_verdicts(con, run_id="r1", as_of=NIGHT, judged=[(version_id, one, verdict(one, "exact", "seed-1"))])
    assert find_article(con, one.article_id) == one
    assert sum_outcomes(con, "r1").by_outcome == {"copy": 1}


def test_a_failed_transaction_leaves_nothing(con: duckdb.DuckDBPyConnection) -> None:
    begin(con, "r1")
    with pytest.raises(RuntimeError), transaction(con):
        take_up(con, "r1", 1, 2)
        raise RuntimeError
    assert rows(con, "SELECT count(*) FROM entries") == [(0,)]
    assert sum_outcomes(con, "r1").balanced
    with transaction(con):
        take_up(con, "r1", 1)
    assert find_known_articles(con, [article(1).article_id, "absent"]) == {article(1).article_id}


def test_runs_and_sources(con: duckdb.DuckDBPyConnection) -> None:
    assert find_last_run(con) is None
    begin(con, "r1")
    finish_run(con, run_id="r1", finished_at=NIGHT + DAY, state="done", exit_code=0, counts={"new": 3})
    run = find_last_run(con, kind="night")
    assert run is not None
    assert (run.run_id, run.state, run.exit_code, run.counts, run.finished_at) == (
        "r1",
        "done",
        0,
        {"new": 3},
        NIGHT + DAY,
    )
    store_sources(con, [SourceRow(source_id="a", name="A", feed_url="https://a.example/feed")])
    store_sources(
        con, [SourceRow(source_id="b", name="B", feed_url="https://b.example/feed", enabled=False, reason="dead")]
    )
    assert rows(con, "SELECT source_id, enabled, reason FROM source_list") == [("b", False, "dead")]


@pytest.mark.parametrize("most", [0, 1, 1_000])
def test_keys_are_found_as_constants_and_as_rows(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(batches, "MOST_KEYS", most)
    begin(con, "r1")
    take_up(con, "r1", 1, 2, 3)
    asked = [entry(number).entry_id for number in (1, 3, 9)]
    assert set(find_known_entries(con, asked)) == set(asked[:2])
    readings = [Reading(entry=entry(number), article=article(number)) for number in (1, 2)]
    add_readings(con, run_id="r1", as_of=NIGHT, readings=readings)
    waiting = find_unjudged_ids(con)
    assert waiting == [version_id for version_id, _ in find_unjudged(con)] and len(waiting) == 2
    assert [version_id for version_id, _ in find_versions(con, [waiting[1], "absent", waiting[0]])] == waiting[::-1]
    states = rows(con, "SELECT state, count(*) FROM entries GROUP BY state ORDER BY state")
    assert states == [("pending", 1), ("read", 2)]


def test_what_indexes_hold_does_not_count_where_memory_is_bounded(tmp_path: Path) -> None:
    with open_file(tmp_path / "house.duckdb", memory_limit="600MB") as con:
        con.execute("CREATE TABLE many (key VARCHAR PRIMARY KEY)")
        con.execute("INSERT INTO many SELECT format('{:016x}', hash(i)) FROM range(400000) AS r(i)")
        held = con.execute("SELECT sum(memory_usage_bytes) FROM duckdb_memory() WHERE tag = 'ART_INDEX'").fetchone()
        assert held is not None and held[0] > 10e6
        with bounded_memory(con, 10):
            limit = con.execute("SELECT current_setting('memory_limit')").fetchone()
            assert rows(con, "SELECT count(*) FROM many WHERE key > '8'") != []
        after = con.execute("SELECT current_setting('memory_limit')").fetchone()
    assert limit != after
    assert after is not None and after[0].startswith("572.")
