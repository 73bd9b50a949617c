"""Invented reports for the tests of copy detection."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from duckdb import DuckDBPyConnection

from extractors.model import Article, digest64

NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)

WIRE = (
    "The harbour authority of Saltholm will replace 46 cranes with models steered by software from Vestmark Robotics, "
    "director Ines Carvalho said on Monday. The contract is worth 218 million crowns and runs until 2031.",
    "The union fears for 340 jobs. Its chairman Nils Aaberg called for talks before the first delivery in October. "
    "Carvalho answered that nobody would be dismissed and that crane drivers would be trained as remote pilots.",
    "Vestmark had beaten two bidders from abroad. The ministry of transport checked the software for hidden access and "
    "found none, according to a report of 61 pages that was published last week.",
    "Saltholm handled 1.9 million containers last year, seven percent more than the year before. The "
    "port of Tavira, its "
    "rival to the south, had bought similar machines in 2024 and halved the time that ships wait.",
)
OTHER = (
    "Parliament in Brennstadt has put off its vote on the cloud act by three weeks. The governing "
    "parties want to settle "
    "first who may read the logs of public servers, speaker Marta Kowal told reporters.",
    "The draft asks agencies to keep records of citizens on machines inside the country. The court of auditors had "
    "warned of costs of 75 million a year and of a single supplier.",
    "Opposition leader Pedro Alvim accused the cabinet of giving in to industry. A hearing with twelve experts is "
    "planned for the nineteenth. Three of them had drawn up the first version of the text.",
    "Associations of municipalities would like longer periods for moving their systems. Oxmere and Westray have begun "
    "already and report few faults, apart from a night in which the tax office could not be reached.",
)
FURNITURE = (
    "Sign up for our evening letter and never miss a story from our newsroom again.",
    "This site is paid for by its readers; become a member and help us to keep asking questions.",
)


def article(
    paragraphs: Sequence[str], *, site: str = "alpha.example", title: str = "A report", hours: float = 0,
    url: str | None = None, language: str = "en", **more: Any,
) -> Article:  # fmt: skip
    """An article published so many hours after NOW; its URL follows from site and text unless given."""
    url = url or f"https://{site}/{digest64(title + ' '.join(paragraphs))}"
    at = NOW + timedelta(hours=hours)
    return Article(
        article_id=digest64(url), url=url, site=site, title=title, paragraphs=tuple(paragraphs), fetched_at=at,
        extractor="test", language=language, published_at=at, published_certainty="exact", **more,
    )  # fmt: skip


def store(con: DuckDBPyConnection, articles: Sequence[Article], *, origin: str = "night") -> None:
    """The articles as versions in the warehouse, numbered by arrival."""
    for a in articles:
        row = con.execute(
            "SELECT coalesce(max(version), 0) + 1 FROM article_versions WHERE article_id = ?", [a.article_id]
        ).fetchone()
        version = row[0] if row else 1
        con.execute(
            """
            INSERT INTO article_versions (version_id, article_id, version, origin, run_id, url, site, title,
                published_at, published_certainty, first_seen_at, fetched_at, language, text, words, access,
                content_hash, extractor)
            VALUES (?, ?, ?, ?, 'run', ?, ?, ?, ?, 'exact', ?, ?, ?, ?, ?, 'full', ?, 'test')
            """,
            [f"{a.article_id}.{version}", a.article_id, version, origin, a.url, a.site, a.title, a.published_at,
             NOW, a.fetched_at, a.language, a.text or None, len(a.text.split()), a.content_hash],
        )  # fmt: skip
