"""What becomes of a feed's entries before any page is fetched."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from extractors.model import FeedEntry
from extractors.urls import article_id_of
from flows.steps.entries import Sorted, sort_entries

NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)


def entry(key: str, url: str | None = "https://outlet.example/a", **more: object) -> FeedEntry:
    fields: dict[str, object] = {"title": f"Title of {key}", "published_at": NOW, "published_certainty": "exact"}
    return FeedEntry(source_id="s", feed_url="https://outlet.example/feed", key=key, url=url, link=url,
                     **{**fields, **more})  # type: ignore[arg-type]  # fmt: skip


def sort(entries: list[FeedEntry], **more: object) -> Sorted[FeedEntry]:
    given_: dict[str, object] = {"known": {}, "known_articles": set(), "taken": set()}
    return sort_entries(entries, as_of=NOW, max_age=timedelta(days=30), **{**given_, **more})  # type: ignore[arg-type]


def fates(found: Sorted[FeedEntry]) -> list[tuple[str, str | None]]:
    return [(fate.outcome, fate.code) for fate in found.outcomes]


def test_a_new_entry_waits_for_its_page() -> None:
    found = sort([entry("a")])
    assert found.entries == (entry("a"),)
    assert found.outcomes == ()
    assert (found.seen, found.known) == (1, 0)


def test_a_known_entry_is_only_counted() -> None:
    found = sort([entry("a")], known={entry("a").entry_id: entry("a").fingerprint})
    assert found == Sorted(entries=(), outcomes=(), seen=1, known=1)


def test_a_changed_entry_is_read_again_although_its_article_is_known() -> None:
    found = sort([entry("a", title="Other title")], known={entry("a").entry_id: entry("a").fingerprint},
                 known_articles={article_id_of("https://outlet.example/a")})  # fmt: skip
    assert len(found.entries) == 1
    assert found.outcomes == ()


def test_an_address_is_read_once_a_night_and_once_for_all() -> None:
    tonight = sort([entry("a"), entry("b")])
    assert fates(tonight) == [("repeated", "tonight")]
    earlier = sort([entry("c")], known_articles={article_id_of("https://outlet.example/a")})
    assert fates(earlier) == [("repeated", "earlier")]
    other_feed = sort([entry("d")], taken={"https://outlet.example/a"})
    assert fates(other_feed) == [("repeated", "tonight")]


def test_an_entry_without_link_is_rejected_and_an_old_one_aged_out() -> None:
    assert fates(sort([entry("a", None)])) == [("rejected", "no-link")]
    old = entry("b", published_at=NOW - timedelta(days=31))
    assert fates(sort([old])) == [("aged-out", "older than 30 days")]


def test_a_date_that_cannot_be_is_no_reason_to_throw_an_entry_away() -> None:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    assert sort([entry("a", published_at=epoch, published_certainty="suspect")]).outcomes == ()
    assert sort([entry("b", published_at=None, published_certainty="none")]).outcomes == ()


KEYS = st.sampled_from("abcd")
LINKS = st.sampled_from(["https://o.example/1", "https://o.example/2", None])
Rows = list[tuple[str, str | None]]


@given(st.lists(st.tuples(KEYS, LINKS), max_size=12), st.sets(KEYS))
def test_every_entry_is_known_or_kept_and_no_fate_is_given_twice(rows: Rows, old: set[str]) -> None:
    entries = [entry(key, url) for key, url in rows]
    first = {e.entry_id: e for e in reversed(entries)}
    known = {e.entry_id: e.fingerprint for e in first.values() if e.key in old}
    found = sort(entries, known=known)
    assert found.seen == len(first) == found.known + len(found.entries)
    ids = [fate.entry_id for fate in found.outcomes]
    assert len(ids) == len(set(ids))
    assert set(ids) <= {e.entry_id for e in found.entries}
    waiting = [e.url for e in found.entries if e.entry_id not in ids]
    assert len(waiting) == len(set(waiting)), "no address is fetched twice"
