"""What was read from the pages: article versions with their topics, and the outcome of every other entry."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from extractors.model import ArchiveRef, Article, Outcome, TopicMatch
from warehouse.batches import add_rows, run_batch
from warehouse.entries import add_fetches, add_problems
from warehouse.model import Reading
from warehouse.sql import load_sql

# A word is a run of letters and digits; scripts that write without spaces count by the character.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where a reading's article goes: `version_id` of a version to be added, or None where it changes nothing."""

    reading: Reading
    version: int
    is_added: bool

    @property
    def version_id(self) -> str | None:
        """The new version's id."""
        article = self.reading.article
        return f"{article.article_id}.{self.version}" if self.is_added and article else None


def add_readings(
    con: duckdb.DuckDBPyConnection,
    *,
    run_id: str,
    as_of: datetime,
    readings: Sequence[Reading],
    origin: str = "night",
    clocks: Mapping[str, datetime] | None = None,
) -> None:
    """Writes a batch of readings: fetches, article versions, topic hits, outcomes, problems, and the entries' states.

    An article whose content hash is that of its current version adds none: the entry ends as `unchanged`. Any other
    waits for its verdict (`find_unjudged`). `origin` is `night` or `backfill`. `clocks` holds, by entry id, what is to
    count as `as_of` for readings of other days. Inside the caller's transaction.

    Raises ValueError for a problem that is to be tried again no later than `as_of`: it would come up in this run.
    """
    clock_of = {r.entry.entry_id: (clocks or {}).get(r.entry.entry_id, as_of) for r in readings}
    late = [r for r in readings if r.next_try_at is not None and r.next_try_at <= clock_of[r.entry.entry_id]]
    if late:
        raise ValueError(f"next_try_at is not after the run's clock {as_of}: {late[0].entry.url}")
    kept = [reading for reading in readings if _is_stored(reading)]
    first = [{"version_id": f"{article_id}.1"} for article_id in {r.article.article_id for r in kept if r.article}]
    ids = [{"article_id": row[0]} for row in run_batch(con, "versions_first", first)]
    current = {row[0]: (row[1], row[2]) for row in run_batch(con, "versions_current", ids)}
    placed = place_readings(kept, current)
    first_seen = dict(run_batch(con, "entries_first_seen", [{"entry_id": r.entry.entry_id} for r in kept]))

    add_fetches(con, run_id=run_id, fetches=[reading.fetch for reading in readings if reading.fetch])
    for at in sorted(set(clock_of.values())):
        mine = [(r.problem, r.entry.source_id, r.entry.entry_id) for r in readings
                if r.problem and clock_of[r.entry.entry_id] == at]  # fmt: skip
        add_problems(con, run_id=run_id, happened_at=at, problems=mine)
    versions: list[dict[str, Any]] = []
    hits: list[dict[str, Any]] = []
    for place in placed:
        article, version_id = place.reading.article, place.version_id
        if article is None or version_id is None:
            continue
        # A version that replaces an earlier one came up when it was read, the first one when its entry did.
        entry_id = place.reading.entry.entry_id
        clock = clock_of[entry_id]
        seen_at = first_seen.get(entry_id, clock) if place.version == 1 else clock
        versions.append(version_row(article, place.version, run_id=run_id, origin=origin, first_seen_at=seen_at))
        hits.extend(topic_rows(article, version_id, place.reading.topics))
    add_rows(con, "article_versions", versions)
    add_rows(con, "topic_hits", hits)

    version_of = {place.reading.entry.entry_id: place.version_id for place in placed}
    endings = [(reading, _outcome(reading, version_of)) for reading in readings]
    ended = [(reading, outcome) for reading, outcome in endings if outcome]
    rows = [_outcome_row(run_id, clock_of[reading.entry.entry_id], reading, outcome) for reading, outcome in ended]
    add_rows(con, "entry_outcomes", rows)
    run_batch(con, "entries_update_read", [_state_row(reading, version_of) for reading in readings])


def place_readings(readings: Sequence[Reading], current: dict[str, tuple[int, str]]) -> list[Placed]:
    """Which readings add a version, and which number: a pure decision. `current`: article id to (version, hash)."""
    latest = dict(current)
    placed: list[Placed] = []
    for reading in readings:
        article = reading.article
        if article is None:
            continue
        version, content_hash = latest.get(article.article_id, (0, ""))
        is_added = content_hash != article.content_hash
        if is_added:
            version += 1
            latest[article.article_id] = (version, article.content_hash)
        placed.append(Placed(reading=reading, version=version, is_added=is_added))
    return placed


def version_row(article: Article, version: int, *, run_id: str, origin: str, first_seen_at: datetime) -> dict[str, Any]:
    """The article as a row of `article_versions`."""
    return {
        "version_id": f"{article.article_id}.{version}",
        "article_id": article.article_id,
        "version": version,
        "origin": origin,
        "run_id": run_id,
        "url": article.url,
        "site": article.site,
        "source_id": article.source_id,
        "publisher": article.publisher,
        "title": article.title,
        "standfirst": article.standfirst,
        "authors": list(article.authors),
        "published_at": article.published_at,
        "published_certainty": article.published_certainty,
        "modified_at": article.modified_at,
        "first_seen_at": first_seen_at,
        "fetched_at": article.fetched_at,
        "language": article.language,
        "section": article.section,
        "text": article.text,
        "captions": list(article.captions),
        "tables": list(article.tables),
        "links": list(article.links),
        "words": count_words(article.text),
        "access": article.access,
        "access_reason": article.access_reason,
        "evidence": json.dumps(dict(article.evidence)),
        "content_hash": article.content_hash,
        "extractor": article.extractor,
        "archive_file": article.archive.file if article.archive else None,
        "archive_offset": article.archive.offset if article.archive else None,
    }


def topic_rows(article: Article, version_id: str, topics: Sequence[TopicMatch]) -> list[dict[str, Any]]:
    """The topics of a version as rows of `topic_hits`."""
    return [
        {
            "version_id": version_id,
            "article_id": article.article_id,
            "topic_id": topic.topic_id,
            "weight": topic.weight,
            "terms": list(topic.terms),
            "entities": list(topic.entities),
        }
        for topic in topics
    ]


def count_words(text: str) -> int:
    """The number of words; in Chinese and Japanese, of characters."""
    return sum(1 for _ in _WORD.finditer(text))


def find_unjudged(con: duckdb.DuckDBPyConnection, *, limit: int | None = None) -> list[tuple[str, Article]]:
    """Version id and article of every version without a verdict, by publication (else first sight), arrival, id."""
    return find_versions(con, find_unjudged_ids(con, limit=limit))


def find_unjudged_ids(con: duckdb.DuckDBPyConnection, *, limit: int | None = None) -> list[str]:
    """The versions without a verdict, in the order of `find_unjudged`: a look at all versions and verdicts."""
    return [row[0] for row in con.execute(load_sql("versions_unjudged"), {"limit": limit}).fetchall()]


def find_versions(con: duckdb.DuckDBPyConnection, version_ids: Sequence[str]) -> list[tuple[str, Article]]:
    """Version id and article of these versions, in the order given; without those that are not there."""
    rows = run_batch(con, "versions_read", [{"version_id": version_id} for version_id in version_ids])
    found = {row[0]: article_of(row) for row in rows}
    return [(version_id, found[version_id]) for version_id in version_ids if version_id in found]


def find_article(con: duckdb.DuckDBPyConnection, article_id: str) -> Article | None:
    """The current version of the article, with its text even where that is stored with its original; or None."""
    row = con.execute(load_sql("article_current"), {"article_id": article_id}).fetchone()
    return article_of(row) if row else None


def find_by_url(con: duckdb.DuckDBPyConnection, url: str) -> Article | None:
    """The current version of the article with that canonical URL, or None."""
    row = con.execute(load_sql("article_by_url"), {"url": url}).fetchone()
    return find_article(con, row[0]) if row else None


def article_of(row: tuple[Any, ...]) -> Article:
    """The article in a row of `versions_read` or `article_current`. Without a text it has no paragraphs."""
    (article_id, url, site, title, text, fetched_at, extractor, source_id, authors, published_at, certainty,
     modified_at, language, publisher, section, standfirst, captions, tables, links, access, access_reason, evidence,
     archive_file, archive_offset) = row[1:]  # fmt: skip
    return Article(
        article_id=article_id,
        url=url,
        site=site,
        title=title,
        paragraphs=tuple(text.split("\n\n")) if text else (),
        fetched_at=fetched_at,
        extractor=extractor,
        source_id=source_id,
        authors=tuple(authors or ()),
        published_at=published_at,
        published_certainty=certainty,
        modified_at=modified_at,
        language=language,
        publisher=publisher,
        section=section,
        standfirst=standfirst,
        captions=tuple(captions or ()),
        tables=tuple(tables or ()),
        links=tuple(links or ()),
        access=access,
        access_reason=access_reason,
        evidence=json.loads(evidence) if evidence else {},
        archive=ArchiveRef(file=archive_file, offset=archive_offset) if archive_file is not None else None,
    )


def _is_stored(reading: Reading) -> bool:
    return reading.article is not None and reading.outcome is None and reading.problem is None


def _outcome(reading: Reading, version_of: dict[str, str | None]) -> Outcome | None:
    if reading.problem is not None:
        return "problem"
    if reading.outcome is not None:
        return reading.outcome
    if reading.article is None:
        raise ValueError(f"neither article nor outcome nor problem: {reading.entry.url}")
    return None if version_of[reading.entry.entry_id] else "unchanged"


def _outcome_row(run_id: str, as_of: datetime, reading: Reading, outcome: Outcome) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "entry_id": reading.entry.entry_id,
        "outcome": outcome,
        "code": reading.problem.code if reading.problem else reading.code,
        "article_id": reading.article.article_id if reading.article else None,
        "topics": [topic.topic_id for topic in reading.topics],
        "happened_at": as_of,
    }


def _state_row(reading: Reading, version_of: dict[str, str | None]) -> dict[str, Any]:
    version_id = version_of.get(reading.entry.entry_id)
    retried = reading.problem is not None and reading.next_try_at is not None
    return {
        "entry_id": reading.entry.entry_id,
        "state": "pending" if retried else "read" if version_id else "done",
        "version_id": version_id,
        "failed": reading.problem is not None,
        "next_try_at": reading.next_try_at if retried else None,
    }
