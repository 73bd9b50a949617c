"""Who shares text with an article, both ways, with the texts as they were when that was judged."""

from __future__ import annotations

import json
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from extractors.model import Article, Kinship, Span
from warehouse.readings import article_of
from warehouse.sql import load_sql


@dataclass(frozen=True, slots=True, kw_only=True)
class Kindred:
    """A stored kinship: `article` was judged against `other` (None where only its fingerprint is known)."""

    article: Article
    other: Article | None
    kinship: Kinship


def find_kindred(con: DuckDBPyConnection, article_id: str) -> list[Kindred]:
    """First what the article was judged to be akin to, best first, then those that were judged akin to it."""
    rows = con.execute(load_sql("copies_kindred"), {"article_id": article_id}).fetchall()
    found: list[Kindred] = []
    for version_id, _, other_id, relation, share, other_share, sure, by_print, spans, features, reasons, other in rows:
        article = find_version(con, version_id)
        if article is None:
            continue
        kinship = Kinship(
            other_id=other_id, relation=relation, share=share, other_share=other_share, confidence=sure,
            spans=tuple(Span(**span) for span in spans or ()), features=json.loads(features) if features else {},
            reasons=tuple(reasons or ()), fingerprint_only=by_print,
        )  # fmt: skip
        found.append(Kindred(article=article, other=find_version(con, other) if other else None, kinship=kinship))
    return found


def find_version(con: DuckDBPyConnection, version_id: str) -> Article | None:
    """A version of an article."""
    row = con.execute(load_sql("article_version"), {"version_id": version_id}).fetchone()
    return article_of(row) if row else None
