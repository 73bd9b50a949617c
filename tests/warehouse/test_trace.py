"""Trace: an article's whole way, found by any spelling of its address."""

from __future__ import annotations

import pytest

from tests.warehouse.invented import NIGHTS, id_of
from tests.warehouse.populated import populated
from warehouse.connection import Connection
from warehouse.trace import find_trace


@pytest.fixture(scope="module")
def con() -> Connection:
    return populated()


@pytest.mark.parametrize(
    "url",
    [
        "https://alpha.example/gazette",
        "http://www.alpha.example/gazette",
        "https://alpha.example/gazette?utm_source=feed",
        "https://ALPHA.example/gazette#part",
    ],
)
def test_a_copy_is_followed_from_feed_to_mail(con: Connection, url: str) -> None:
    trace = find_trace(con, url)
    assert trace.is_known
    assert trace.article_ids == (id_of("gazette"),)
    (entry,), (outcome,), (fetch,), (version,) = trace.entries, trace.outcomes, trace.fetches, trace.versions
    assert (entry["source"], entry["first_seen_at"]) == ("Alpha Gazette", NIGHTS["n1"])
    assert (outcome["run_id"], outcome["taken_as"], outcome["outcome"]) == ("n1", "new", "copy")
    assert (fetch["code"], fetch["status"]) == ("ok", 200)
    assert (version["relation"], version["original_id"]) == ("near", id_of("wire"))
    (kin,) = trace.kin
    assert (kin["title"], kin["outlet"], kin["share"]) == ("Dresden gets a chip plant", "Delta Wire", 0.92)
    assert kin["passages"] == ["The ministry approves a chip plant in Dresden."]
    assert kin["other_passages"] == kin["passages"]
    assert kin["places"] == [{"start": 0, "end": 46, "other_start": 0, "other_end": 46}]
    assert [topic["topic_id"] for topic in trace.topics] == ["chips"]
    assert [(story["title"], story["role"]) for story in trace.stories] == [("Dresden gets a chip plant", "copy")]
    assert [(one["kind"], one["headline"]) for one in trace.developments] == [("first", "Dresden gets a chip plant")]
    assert [(mail["recipient_id"], mail["state"]) for mail in trace.mails] == [("analyst", "sent")]


def test_an_original_knows_its_copies(con: Connection) -> None:
    trace = find_trace(con, "https://delta.example/wire")
    assert [(copy["outlet"], copy["relation"]) for copy in trace.copies] == [
        ("Alpha Gazette", "near"),
        ("Echo Daily", "exact"),
    ]
    assert trace.kin == ()


def test_a_page_that_was_refused_is_known(con: Connection) -> None:
    trace = find_trace(con, "https://beta.example/blocked")
    assert trace.is_known
    assert [problem["code"] for problem in trace.problems] == ["http-403"]
    assert [outcome["outcome"] for outcome in trace.outcomes] == ["problem"]
    assert trace.versions == ()


def test_a_reference_article_is_known_too(con: Connection) -> None:
    trace = find_trace(con, "https://corpus.example/seed")
    assert [version["origin"] for version in trace.versions] == ["seed"]
    assert [copy["outlet"] for copy in trace.copies] == ["Echo Daily"]


@pytest.mark.parametrize("url", ["https://nobody.example/x", "no address at all", "", "https://["])
def test_an_address_that_was_never_seen(con: Connection, url: str) -> None:
    trace = find_trace(con, url)
    assert not trace.is_known
    assert all(not value for name, value in trace.as_dict().items() if name not in ("url", "article_ids"))
