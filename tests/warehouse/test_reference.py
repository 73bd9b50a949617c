"""Reference articles: known by fingerprint out of the box, completed in place, and recognised in what comes in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from extractors.documents import read_documents
from extractors.model import Article
from warehouse.connection import open_memory
from warehouse.dedupe import judge_articles
from warehouse.reference import add_references, add_shipped, find_references, read_shipped
from warehouse.store import find_unjudged, transaction

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 6, tzinfo=UTC)
SEED = Path(__file__).parents[3] / "shared" / "seed_corpus"
needs_texts = pytest.mark.skipif(not SEED.is_dir(), reason="the reference texts (../shared/seed_corpus) are not here")

STORY = [
    "The harbour authority of Norhaven has ended its contract for cargo scanners with Hallert Systems after an audit.",
    "Inspectors found that pictures of every container were stored in a data centre in Zippa, outside of the union.",
    "Ines Tolland, the harbour master, said the port would buy 14 scanners that its own engineers can open and repair.",
    "Hallert Systems denied that anybody but the customer had access, and announced that it would go to court in May.",
    "The assembly must still approve 38 million crowns for the purchase; a vote is expected before the summer recess.",
    "Two other harbours on the west coast are looking into the same devices, their spokesmen said on Thursday evening.",
]


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return open_memory()


def reference(*paragraphs: str, title: str = "Port drops scanners", article_id: str = "f" * 16) -> Article:
    return Article(
        article_id=article_id, url=f"seed:{article_id}", site="", title=title, paragraphs=paragraphs or tuple(STORY),
        fetched_at=NOW, extractor="documents-1", language="en", authors=("Mika Dahl",),
        evidence={"title": "text"},
    )  # fmt: skip


def incoming(*paragraphs: str) -> Article:
    url = "https://courier.example/scanners"
    return Article(article_id="1" * 16, url=url, site="courier.example", title="Scanner contract ended",
                   paragraphs=paragraphs, fetched_at=LATER, extractor="pages-1", language="en")  # fmt: skip


def test_an_added_article_is_listed_and_recognised(con: duckdb.DuckDBPyConnection) -> None:
    with transaction(con):
        done = add_references(con, [reference()], run_id="corpus", as_of=NOW)
    assert done.added == ("f" * 16,)
    (row,) = find_references(con)
    assert (row.title, row.has_text, row.added_at, row.published_at) == ("Port drops scanners", True, NOW, None)
    (verdict,) = judge_articles(con, [incoming(*STORY[:5])])
    assert verdict.original_id == "f" * 16
    assert verdict.relation != "new"
    (other,) = judge_articles(con, [incoming("Rain fell on the coast for three days, and the fair was called off.")])
    assert other.is_new


def test_adding_it_again_changes_nothing(con: duckdb.DuckDBPyConnection) -> None:
    for run in ("a", "b"):
        with transaction(con):
            done = add_references(con, [reference(), reference()], run_id=run, as_of=NOW)
    assert done.known == ("f" * 16,)
    assert con.execute("SELECT count(*), min(run_id) FROM article_versions").fetchone() == (1, "a")
    assert con.execute("SELECT count(*) FROM copy_documents").fetchone() == (1,)


def test_a_text_that_is_read_better_becomes_a_new_version(con: duckdb.DuckDBPyConnection) -> None:
    for article in (reference(), reference(*STORY[1:])):
        with transaction(con):
            done = add_references(con, [article], run_id="r", as_of=NOW)
    assert done.revised == ("f" * 16,)
    assert con.execute("SELECT list(version ORDER BY version) FROM article_versions").fetchone() == ([1, 2],)
    assert len(find_references(con)) == 1


def test_an_article_without_text_is_not_stored(con: duckdb.DuckDBPyConnection) -> None:
    with transaction(con):
        done = add_references(con, [replace(reference(), paragraphs=())], run_id="r", as_of=NOW)
    assert (done.added, find_references(con)) == ((), [])


def test_references_are_never_judged_themselves(con: duckdb.DuckDBPyConnection) -> None:
    with transaction(con):
        add_shipped(con, run_id="r", as_of=NOW)
        add_references(con, [reference()], run_id="r", as_of=NOW)
    assert list(find_unjudged(con, limit=10)) == []


def test_nothing_is_there_after_a_failure(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(RuntimeError), transaction(con):
        add_shipped(con, run_id="r", as_of=NOW)
        raise RuntimeError("killed")
    assert find_references(con) == []
    assert con.execute("SELECT count(*) FROM copy_fingerprints").fetchone() == (0,)


def test_the_shipped_ones_are_known_without_their_texts(con: duckdb.DuckDBPyConnection) -> None:
    with transaction(con):
        assert add_shipped(con, run_id="r", as_of=NOW) == 5
    with transaction(con):
        assert add_shipped(con, run_id="s", as_of=LATER) == 0
    rows = find_references(con)
    assert [row.has_text for row in rows] == [False] * 5
    assert sorted(row.publisher or "" for row in rows) == ["", "", "", "Financial Times", "The Independent"]
    assert not any(row.title for row in rows)
    assert con.execute("SELECT count(text), min(words) > 200 FROM article_versions").fetchone() == (0, True)


def test_the_shipped_file_holds_hashes_and_no_sentences() -> None:
    for one in read_shipped():
        assert one.article.paragraphs == ()
        assert one.words > 200
        assert len(one.fingerprint.marks) > 20


@needs_texts
def test_adding_the_texts_completes_the_shipped_ones_in_place(con: duckdb.DuckDBPyConnection) -> None:
    articles = [
        article
        for path in sorted(SEED.glob("*.txt"))
        for article in read_documents(path.name, path.read_bytes(), now=LATER).articles
    ]
    with transaction(con):
        add_shipped(con, run_id="r", as_of=NOW)
    copies = [
        replace(article, article_id=f"{n:016x}", site="copy.example", paragraphs=article.paragraphs[:-2])
        for n, article in enumerate(articles)
    ]
    before = judge_articles(con, copies)
    assert [verdict.original_id for verdict in before] == [article.article_id for article in articles]
    assert all(verdict.kin[0].fingerprint_only for verdict in before)
    with transaction(con):
        done = add_references(con, articles, run_id="s", as_of=LATER)
    assert sorted(done.upgraded) == sorted(article.article_id for article in articles)
    assert con.execute("SELECT count(*), count(text), max(version) FROM article_versions").fetchone() == (5, 5, 1)
    assert con.execute("SELECT count(*) FROM copy_documents").fetchone() == (5,)
    after = judge_articles(con, copies)
    assert [verdict.original_id for verdict in after] == [article.article_id for article in articles]
    assert not any(verdict.kin[0].fingerprint_only for verdict in after)


@needs_texts
def test_the_shipped_file_is_the_one_that_the_script_makes() -> None:
    from warehouse.seed.make import make_seed

    shipped = Path(__file__).parents[2] / "warehouse" / "seed" / "fingerprints.json"
    assert make_seed(SEED) == shipped.read_text(encoding="utf-8")
