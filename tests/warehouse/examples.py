"""Small invented entries, articles and runs that the warehouse tests share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from extractors.model import Article, FeedEntry, Kinship, Relation, TopicMatch, Verdict
from extractors.urls import article_id_of
from warehouse.store import FetchRecord, start_run

NIGHT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def entry(number: int, **changes: Any) -> FeedEntry:
    """Entry `number` of the invented outlet `alpha`."""
    base: dict[str, Any] = {
        "source_id": "alpha",
        "feed_url": "https://alpha.example/feed",
        "key": f"k{number}",
        "url": f"https://alpha.example/{number}",
        "link": f"https://alpha.example/{number}?utm_source=feed",
        "title": f"Report {number}",
        "summary": "What it says",
        "authors": ("A. Writer",),
        "published_at": NIGHT - timedelta(hours=number + 1),
        "published_certainty": "exact",
        "language": "en",
        "categories": ("chips",),
    }
    return FeedEntry(**{**base, **changes})


def article(number: int, **changes: Any) -> Article:
    """The article that entry `number` leads to."""
    url = changes.pop("url", f"https://alpha.example/{number}")
    base: dict[str, Any] = {
        "article_id": article_id_of(url),
        "url": url,
        "site": "alpha.example",
        "title": f"Report {number}",
        "paragraphs": (f"The first paragraph of {number}.", "The second one."),
        "fetched_at": NIGHT,
        "extractor": "test-1",
        "source_id": "alpha",
        "authors": ("A. Writer",),
        "published_at": NIGHT - timedelta(hours=number + 1),
        "published_certainty": "exact",
        "language": "en",
        "evidence": {"title": "json-ld"},
    }
    return Article(**{**base, **changes})


def verdict(judged: Article, relation: Relation = "new", original_id: str | None = None, share: float = 1.0) -> Verdict:
    """A verdict, with one kinship where there is an original."""
    kin: tuple[Kinship, ...] = ()
    if original_id is not None:
        kin = (Kinship(other_id=original_id, relation=relation, share=share, other_share=share, confidence=0.97),)
    return Verdict(article_id=judged.article_id, relation=relation, original_id=original_id, kin=kin)


def topic(topic_id: str = "chips", weight: float = 3.0) -> TopicMatch:
    """A topic match."""
    return TopicMatch(topic_id=topic_id, weight=weight, terms=("export controls",), entities=("ASML",))


def feed_fetch(*, seen: int, known: int = 0, at: datetime = NIGHT) -> FetchRecord:
    """A good answer of alpha's feed."""
    return FetchRecord(
        kind="feed",
        source_id="alpha",
        url="https://alpha.example/feed",
        code="ok",
        status=200,
        fetched_at=at,
        entries_seen=seen,
        entries_known=known,
    )


def begin(con: duckdb.DuckDBPyConnection, run_id: str, as_of: datetime = NIGHT) -> None:
    """Starts a night."""
    start_run(con, run_id=run_id, kind="night", as_of=as_of, started_at=as_of, version="0.1.0")
