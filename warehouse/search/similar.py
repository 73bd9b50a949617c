"""Finds articles like a given one: what is known of its copies and its story, then what is about the same things."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from warehouse.connection import Connection
from warehouse.search.articles import ask_index
from warehouse.sql import load_sql

Likeness = Literal["original", "copy", "same story", "same storyline", "alike"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """An article like another one. `likeness`: 1 is the article itself; None where it was not compared by its words."""

    article_id: str
    title: str
    outlet: str
    dated_at: datetime
    likeness: float | None
    relation: Likeness
    url: str
    language: str | None
    source_id: str | None


def find_similar(con: Connection, article_id: str, *, limit: int = 10) -> list[Similar]:
    """Its original and copies first, then other reports of its story, then those like it; `limit` of them in all.

    Of a copy, which the index does not hold, the words of its original are compared. An article that nobody knows has
    nothing like it.
    """
    known = [_similar(row) for row in con.execute(load_sql("similar_known"), {"article_id": article_id}).fetchall()]
    root = next((one.article_id for one in known if one.relation == "original"), article_id)
    alike = [_similar(row) for row in ask_index(con, "similar_articles", {"article": root, "top": limit})]
    likeness = {one.article_id: one.likeness for one in alike}
    merged = {one.article_id: one for one in alike}
    merged |= {one.article_id: _with_likeness(one, likeness) for one in known}
    merged.pop(article_id, None)
    order: list[Likeness] = ["original", "copy", "same story"]
    rank = {relation: at for at, relation in enumerate(order)}
    ranked = sorted(merged.values(), key=lambda one: (rank.get(one.relation, len(order)), -(one.likeness or 0.0)))
    return ranked[:limit]


def find_article_ids(con: Connection, wanted: str) -> list[str]:
    """The ids of the articles that `wanted` may mean: an article_id, or an address as it stands in the warehouse."""
    rows = con.execute(load_sql("similar_wanted"), {"wanted": wanted}).fetchall()
    return [row[0] for row in rows]


def _similar(row: tuple[object, ...]) -> Similar:
    return Similar(**dict(zip(Similar.__dataclass_fields__, row, strict=False)))  # type: ignore[arg-type]


def _with_likeness(one: Similar, likeness: dict[str, float | None]) -> Similar:
    return Similar(
        article_id=one.article_id, title=one.title, outlet=one.outlet, dated_at=one.dated_at,
        likeness=likeness.get(one.article_id), relation=one.relation, url=one.url, language=one.language,
        source_id=one.source_id,
    )  # fmt: skip
