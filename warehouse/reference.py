"""Reference articles: what a night's articles are compared with besides one another, whoever put it there.

They are versions of origin `seed`. Those that ship with the program are known by metadata and fingerprint only, until
somebody adds their texts.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import duckdb

from extractors.model import Article
from warehouse.batches import add_rows, run_batch
from warehouse.dedupe import Fingerprint, add_fingerprints, fingerprint
from warehouse.readings import version_row
from warehouse.sql import load_sql

SEED_FILE = "fingerprints.json"
NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedReferences:
    """What became of reference articles, by article id: not known before, known by fingerprint only before, cleaned
    better than before, or known already."""

    added: tuple[str, ...] = ()
    upgraded: tuple[str, ...] = ()
    revised: tuple[str, ...] = ()
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedReference:
    """A reference article without its title and text."""

    article: Article
    words: int
    content_hash: str
    fingerprint: Fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceRow:
    """A reference article as it stands in the warehouse; `has_text` is False where only its fingerprint is known."""

    article_id: str
    title: str
    publisher: str | None
    published_at: datetime | None
    published_certainty: str
    language: str | None
    words: int
    access: str
    has_text: bool
    url: str
    added_at: datetime


def add_references(
    con: duckdb.DuckDBPyConnection, articles: Sequence[Article], *, run_id: str, as_of: datetime
) -> AddedReferences:
    """Stores reference articles with their texts and makes copies of them recognisable from now on.

    An article that was known by fingerprint only is completed in place, under the same version. One that is known
    with another text (read by an older extractor) gets a new version. Nothing that was judged before is judged anew.
    Inside the caller's transaction.
    """
    by_id = {article.article_id: article for article in articles if article.paragraphs}
    states = _find_states(con, by_id)
    added, upgraded, revised, known = (list[str]() for _ in range(4))
    fresh: list[dict[str, Any]] = []
    completed: list[dict[str, Any]] = []
    for article_id, article in by_id.items():
        version, content_hash, has_text = states.get(article_id, (0, "", False))
        if version and has_text and content_hash == article.content_hash:
            known.append(article_id)
        elif version and not has_text:
            row = version_row(article, version, run_id=run_id, origin="seed", first_seen_at=as_of)
            completed.append(row)
            upgraded.append(article_id)
        else:
            fresh.append(version_row(article, version + 1, run_id=run_id, origin="seed", first_seen_at=as_of))
            (revised if version else added).append(article_id)
    add_rows(con, "article_versions", fresh)
    run_batch(con, "reference_complete", completed)
    add_fingerprints(con, [fingerprint(by_id[article_id]) for article_id in added])
    return AddedReferences(added=tuple(added), upgraded=tuple(upgraded), revised=tuple(revised), known=tuple(known))


def add_shipped(
    con: duckdb.DuckDBPyConnection, *, run_id: str, as_of: datetime,
    references: Sequence[ShippedReference] | None = None,
) -> int:  # fmt: skip
    """Makes the shipped reference articles (or these) known by fingerprint; returns how many were not yet.

    Inside the caller's transaction.
    """
    shipped = {one.article.article_id: one for one in (read_shipped() if references is None else references)}
    states = _find_states(con, shipped)
    fresh = [one for article_id, one in shipped.items() if article_id not in states]
    rows = [version_row(one.article, 1, run_id=run_id, origin="seed", first_seen_at=as_of) for one in fresh]
    for row, one in zip(rows, fresh, strict=True):
        row.update(text=None, words=one.words, content_hash=one.content_hash, fetched_at=as_of)
    add_rows(con, "article_versions", rows)
    add_fingerprints(con, [one.fingerprint for one in fresh])
    return len(fresh)


def find_references(con: duckdb.DuckDBPyConnection) -> list[ReferenceRow]:
    """Every reference article in its latest version, by publication, then title."""
    answer = con.execute(load_sql("reference_list"))
    names = [column[0] for column in answer.description]
    return [ReferenceRow(**dict(zip(names, row, strict=True))) for row in answer.fetchall()]


def read_shipped() -> tuple[ShippedReference, ...]:
    """The reference articles of `warehouse/seed`, in the file's order."""
    records = json.loads((files("warehouse.seed") / SEED_FILE).read_text(encoding="utf-8"))
    return tuple(_shipped(record) for record in records)


def _shipped(record: dict[str, Any]) -> ShippedReference:
    stated = record["published_at"]
    published = datetime.fromisoformat(stated) if stated else None
    known = Fingerprint.from_dict(record["fingerprint"])
    evidence = {"text": "not shipped: known by fingerprint"}
    article = Article(
        article_id=record["article_id"], url=record["url"], site=record["site"], title="", paragraphs=(),
        fetched_at=published or NEVER, extractor=record["extractor"], published_at=published,
        published_certainty=record["published_certainty"], language=record["language"], publisher=record["publisher"],
        access=record["access"], evidence=evidence,
    )  # fmt: skip
    return ShippedReference(article=article, words=known.words, content_hash=record["content_hash"], fingerprint=known)


def _find_states(con: duckdb.DuckDBPyConnection, ids: Any) -> dict[str, tuple[int, str, bool]]:
    """Version, content hash and whether there is a text, of the known ones."""
    rows = run_batch(con, "reference_states", [{"article_id": article_id} for article_id in ids])
    return {article_id: (version, content_hash, has_text) for article_id, version, content_hash, has_text in rows}
