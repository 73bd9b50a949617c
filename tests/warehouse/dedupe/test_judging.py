"""Whole verdicts, against a real warehouse: copies of every kind, directions, chains, and what is no copy."""

from __future__ import annotations

import random
from collections.abc import Iterator

import duckdb
import pytest

from extractors.model import Article, Verdict
from tests.benchmarks.copy_templates import HELD_OUT, TEMPLATES, fill
from tests.warehouse.dedupe.invented import FURNITURE, NOW, OTHER, WIRE, article, store
from warehouse.connection import open_memory
from warehouse.dedupe import CandidateIndex, add_sketches, judge_articles

WIRE_STORY = article(WIRE, site="wire.example", title="Saltholm buys cranes from Vestmark Robotics")


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_memory() as connection:
        yield connection


def know(con: duckdb.DuckDBPyConnection, *articles: Article) -> list[Verdict]:
    """Stores, judges and indexes the articles, as a night does."""
    store(con, articles)
    verdicts = judge_articles(con, articles, as_of=NOW)
    add_sketches(con, articles, verdicts)
    return verdicts


def judge(con: duckdb.DuckDBPyConnection, *articles: Article) -> list[Verdict]:
    return judge_articles(con, articles, as_of=NOW)


def test_first_report_is_new_and_nothing_is_written(con: duckdb.DuckDBPyConnection) -> None:
    (verdict,) = judge(con, WIRE_STORY)
    assert (verdict.relation, verdict.original_id, verdict.kin) == ("new", None, ())
    for table in ("copy_documents", "copy_marks", "copy_fingerprints", "verdicts"):
        assert con.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


@pytest.mark.parametrize("known_first", [True, False], ids=["from the warehouse", "same night"])
def test_reprint_points_at_the_wire(con: duckdb.DuckDBPyConnection, known_first: bool) -> None:
    reprint = article((FURNITURE[0], *WIRE), site="paper.example", title="Robots for the port", hours=3)
    if known_first:
        know(con, WIRE_STORY)
        (verdict,) = judge(con, reprint)
    else:
        _, verdict = judge(con, WIRE_STORY, reprint)
    assert verdict.relation in ("exact", "near")
    assert verdict.original_id == WIRE_STORY.article_id
    assert verdict.kin[0].other_share > 0.95
    spans = verdict.kin[0].spans
    assert spans
    for span in spans:
        ours = reprint.text[span.start : span.end].split()
        assert ours == WIRE_STORY.text[span.other_start : span.other_end].split()


def test_trimmed_report_is_contained(con: duckdb.DuckDBPyConnection) -> None:
    know(con, WIRE_STORY)
    (verdict,) = judge(con, article(WIRE[:2], site="paper.example", title="Cranes for Saltholm", hours=2))
    assert (verdict.relation, verdict.original_id) == ("contained-in", WIRE_STORY.article_id)
    assert verdict.kin[0].share > 0.95
    assert verdict.kin[0].other_share < 0.7


def test_longer_report_after_its_stub_is_new(con: duckdb.DuckDBPyConnection) -> None:
    stub = article(WIRE[:1], site="paper.example", title="Saltholm buys cranes")
    know(con, stub)
    (verdict,) = judge(con, WIRE_STORY)
    assert verdict.is_new
    assert [k.other_id for k in verdict.kin] == [stub.article_id]
    assert verdict.kin[0].share < verdict.kin[0].other_share


def test_copy_of_a_copy_points_at_the_root(con: duckdb.DuckDBPyConnection) -> None:
    first = article(("From our port desk.", *WIRE), site="paper.example", title="Port buys robots", hours=1)
    second = article(
        ("From our port desk.", *WIRE, "With material from agencies."), site="daily.example", title="Robots", hours=2
    )
    know(con, WIRE_STORY)
    know(con, first)
    (verdict,) = judge(con, second)
    assert verdict.original_id == WIRE_STORY.article_id


def test_chain_of_edits_does_not_swallow_what_it_ends_in(con: duckdb.DuckDBPyConnection) -> None:
    """Each report keeps three of four passages of the one before; the last has none of the first."""
    passages = (*WIRE, *OTHER)
    steps = [passages[i : i + 4] for i in range(5)]
    verdicts = know(con, *(article(step, site=f"s{i}.example", title=f"Report {i}", hours=i)
                           for i, step in enumerate(steps)))  # fmt: skip
    assert passages[4] not in steps[0]
    originals = [v.original_id for v in verdicts]
    assert not verdicts[1].is_new
    assert originals[4] != verdicts[0].article_id
    assert all(k.other_id != verdicts[0].article_id for k in verdicts[4].kin)


def test_live_blog_that_grows_is_a_revision_each_time(con: duckdb.DuckDBPyConnection) -> None:
    url = "https://wire.example/live"
    entries = [f"{12 + i}.30: {p}" for i, p in enumerate((*WIRE, *OTHER))]
    for i in range(1, 5):
        newest_first = tuple(reversed(entries[: 2 * i]))
        blog = article(newest_first, url=url, site="wire.example", title="Live: port and parliament", hours=i)
        store(con, [blog])
        (verdict,) = judge(con, blog)
        add_sketches(con, [blog], [verdict])
        assert verdict.is_new
        assert (verdict.relation, verdict.adds_facts) == (("new", None) if i == 1 else ("revision", True))


def test_merge_lists_both_originals(con: duckdb.DuckDBPyConnection) -> None:
    other = article(OTHER, site="wire.example", title="Vote on the cloud act put off")
    know(con, WIRE_STORY, other)
    (verdict,) = judge(con, article((*WIRE, *OTHER), site="paper.example", title="The day in brief", hours=5))
    assert {k.other_id for k in verdict.kin[:2]} == {WIRE_STORY.article_id, other.article_id}
    assert not verdict.is_new
    assert all(k.spans for k in verdict.kin[:2])


def test_new_turn_that_quotes_background_is_new(con: duckdb.DuckDBPyConnection) -> None:
    know(con, WIRE_STORY)
    turn = (
        "Crane drivers in Saltholm stopped work on Thursday night after talks on the new machines broke down.",
        "Some 900 dockers gathered at the eastern gate. Ships for Rostova and Quiberon lie at anchor, and a first "
        "carmaker has sent its night shift home for want of parts.",
        "Mediator Ursula Weiss proposes a pause of ten days. The union wants a written promise for each of its members "
        "and a say in the rules for remote work before it goes back.",
        WIRE[3],
    )
    (verdict,) = judge(con, article(turn, site="paper.example", title="Strike in Saltholm", hours=80))
    assert verdict.is_new


def test_one_address_with_another_text_is_a_revision_of_itself(con: duckdb.DuckDBPyConnection) -> None:
    url = "https://wire.example/cranes"
    before = article(WIRE, url=url, site="wire.example", title="Cranes")
    know(con, before)
    added = article((*WIRE, "On Tuesday insurers put the risk at 12 million crowns."), url=url, site="wire.example",
                    title="Cranes", hours=4)  # fmt: skip
    polished = article((*WIRE[:3], WIRE[3].replace("more than", "above")), url=url, site="wire.example",
                       title="Cranes", hours=5)  # fmt: skip
    store(con, [added])
    (verdict,) = judge(con, added)
    assert (verdict.relation, verdict.original_id, verdict.adds_facts) == ("revision", before.article_id, True)
    assert verdict.kin[0].spans
    (again,) = judge(con, polished)
    assert (again.relation, again.adds_facts) == ("revision", False)
    (same,) = judge(con, before)
    assert same.relation == "new"


def test_two_versions_in_one_call(con: duckdb.DuckDBPyConnection) -> None:
    url = "https://wire.example/live"
    first = article(WIRE[:2], url=url, site="wire.example", title="Live: the port")
    grown = article(WIRE, url=url, site="wire.example", title="Live: the port", hours=1)
    verdicts = judge(con, first, grown)
    assert [v.relation for v in verdicts] == ["new", "revision"]
    assert verdicts[1].adds_facts


def test_furniture_of_a_site_makes_no_copies(con: duckdb.DuckDBPyConnection) -> None:
    rng = random.Random(4)
    pages = [
        article((*FURNITURE, f"Nothing is as quiet as {name}, says {rng.random()}.", *FURNITURE),
                site="loud.example", title=name, hours=i)
        for i, name in enumerate(("morning", "noon", "evening", "midnight"))
    ]  # fmt: skip
    long = [article((*FURNITURE, *body), site="loud.example", title=t, hours=9 + i)
            for i, (t, body) in enumerate((("Cranes", WIRE), ("Cloud act", OTHER)))]  # fmt: skip
    verdicts = judge(con, *pages[:1], *long)
    assert [v.is_new for v in verdicts] == [True, True, True]


def test_reports_of_unseen_templates_are_no_copies(con: duckdb.DuckDBPyConnection) -> None:
    rng = random.Random(11)
    reports = []
    for i, name in enumerate(sorted(TEMPLATES)):
        if name in HELD_OUT:
            for j in range(3):
                title, text = fill(name, rng)
                reports.append(article(text.split("\n\n"), site=f"s{j}.example", title=title, hours=i + j / 10))
    wrong = [v for v in judge(con, *reports) if not v.is_new]
    assert wrong == []


def test_loaded_and_joined_index_agree(con: duckdb.DuckDBPyConnection) -> None:
    know(con, WIRE_STORY, article(OTHER, site="wire.example", title="Cloud act"))
    batch = [article((*OTHER[:2], *WIRE[:2]), site="x.example", title="Mixed", hours=1),
             article(WIRE[1:], site="y.example", title="Cut", hours=2)]  # fmt: skip
    index = CandidateIndex.load(con)
    assert judge_articles(con, batch, as_of=NOW, index=index) == judge(con, *batch)


def test_rolled_back_sketches_leave_no_trace(con: duckdb.DuckDBPyConnection) -> None:
    verdicts = judge(con, WIRE_STORY)
    con.execute("BEGIN")
    add_sketches(con, [WIRE_STORY], verdicts)
    con.execute("ROLLBACK")
    assert con.execute("SELECT count(*) FROM copy_marks").fetchone() == (0,)


def test_empty_articles_and_empty_batches(con: duckdb.DuckDBPyConnection) -> None:
    assert judge(con) == []
    empty = [article((), site="a.example", title="", url=f"https://a.example/{i}") for i in range(2)]
    verdicts = judge(con, *empty)
    assert [v.relation for v in verdicts] == ["new", "new"]
    add_sketches(con, empty, verdicts)
