"""Finds articles by the words in them: the program's way to ask what search() answers in the snapshot."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import duckdb

from warehouse.connection import Connection, WarehouseError, load_problem
from warehouse.search.macros import by_id
from warehouse.sql import load_sql

Sort = Literal["best", "recent", "newest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An article that answers a query.

    `score` orders (`best`, `recent`); `words_found` is how many of the query's words, phrases and alternatives it has,
    the same for all of an answer. `copies`: how many
    other articles are copies of it. `passage` is the stretch of its text with most of them, each marked.
    """

    article_id: str
    title: str
    outlet: str
    dated_at: datetime
    score: float
    passage: str
    url: str
    language: str | None
    source_id: str | None
    topics: tuple[str, ...]
    words_found: int
    copies: int = 0


def search_articles(
    con: Connection,
    query: str,
    *,
    topic: str | None = None,
    source: str | None = None,
    language: str | None = None,
    since: datetime | str | None = None,
    until: datetime | str | None = None,
    sort: Sort = "best",
    top: int = 10,
    marks: tuple[str, str] = ("**", "**"),
) -> list[Found]:
    """Distinct articles that answer the query, in order; those that lack words only where none has all.

    `topic`, `source` (id or site) and `language` take one value or several with commas between them; `since` is the
    first moment, `until` the first one that is not wanted any more, both in UTC. `marks` go around what was found in
    the passage. A query without a word that is looked for (empty, only minus) gives an empty list, as does any other
    nonsense: nothing is wrong with a query. docs/search.md tells how one is read.
    """
    asked = {
        "query": query.encode("utf-8", "replace").decode("utf-8"), "topic": topic, "source": source,
        "language": language, "since": _in_utc(since), "until": _in_utc(until), "sort": sort, "top": top,
        "opening": marks[0], "closing": marks[1],
    }  # fmt: skip
    rows = ask_index(con, "search", asked)
    copies = count_copies(con, [row[0] for row in rows])
    return [
        Found(
            **{**dict(zip(Found.__dataclass_fields__, row, strict=False)), "topics": tuple(row[9] or ())},
            copies=copies.get(row[0], 0),
        )
        for row in rows
    ]


def find_faults(query: str) -> list[str]:
    """What is odd about a query, a sentence each: it is answered all the same."""
    plain = re.sub("[“”„‟«»＂]", '"', query)
    parts: list[str] = re.findall(r'[-−]?"[^"]*"?|[^\s"]+', plain)
    words = [part for part in parts if part != "OR" and re.search(r"\w", part)]
    faults = []
    if plain.count('"') % 2:
        faults.append("A quotation mark has no partner: the phrase is taken to go on to the end.")
    if not words:
        faults.append("There is no word in it.")
    elif all(re.match("[-−].", word) for word in words):
        faults.append("It only says what is not wanted: add a word to look for.")
    if re.search(r'(?<![\w"])\w\*', plain):
        faults.append("One letter with * stands for very many words.")
    return faults


def count_copies(con: Connection, article_ids: Sequence[str]) -> dict[str, int]:
    """How many articles are copies of each of these; those without any are left out."""
    return dict(con.execute(load_sql("search_copies"), {"article_ids": list(article_ids)}).fetchall())


def _in_utc(moment: datetime | str | None) -> datetime | str | None:
    return moment.astimezone(UTC).replace(tzinfo=None) if isinstance(moment, datetime) and moment.tzinfo else moment


def ask_index(con: Connection, name: str, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The answer of the query `name`, which stands on the index.

    Outside of a snapshot file articles are looked up by id, which is slower. Raises WarehouseError where there is no
    index (code `no-index`).
    """
    sql = load_sql(name)
    try:
        if con.execute(load_sql("search_lacks_places")).fetchone():
            sql = by_id(sql)
        return con.execute(sql, dict(params)).fetchall()
    except duckdb.CatalogException as error:
        detail = "there is no search index yet: it is made at the end of the next run (sovwatch run)"
        raise WarehouseError(load_problem("no-index", detail, None)) from error
