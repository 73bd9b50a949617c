"""Keeps the search index in step with the warehouse: what is missing is added, what is out of date is removed.

The index follows from `article_versions` and `verdicts` alone. It holds the present version of each distinct article,
which is what the view `articles` shows. Each batch is one transaction, and what is missing is found by comparing sets:
a run that was killed leaves nothing half done, the next one goes on. Articles of a batch make a segment, in which
postings lie sorted by term; DuckDB then reads only the few row groups in which a term can be. A merge now and then
keeps the number of segments small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pyarrow as pa

from warehouse.batches import transaction
from warehouse.connection import Connection
from warehouse.search.merging import merge_segments
from warehouse.search.postings import pack_postings
from warehouse.search.stems import find_stems
from warehouse.sql import load_sql

# What cuts words and stems them. When it changes, the next night makes the index anew.
ANALYZER = "1"
BATCH = 8_000  # articles; about 600 MB while they are indexed
TABLES = ("search_docs", "search_postings", "search_words", "search_segments", "search_runs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """How many articles were added and removed (a new version is both), and how many segments were merged."""

    added: int = 0
    removed: int = 0
    merged: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A version to index (its rowid), a number to take out of the index, or both."""

    place: int | None
    old_doc: int | None


def index_articles(con: Connection, *, all_runs: bool = False, batch: int = BATCH) -> Indexed:
    """What was changed so that the index holds every distinct article in its present version.

    `con` is the writer's connection, outside of a transaction. Only articles of runs that may have changed something
    since the last call are looked at, or, with `all_runs`, every one. After a failure, finished batches stay.
    """
    if _is_outdated(con):
        clear_index(con)
    changes = _find_changes(con, all_runs=all_runs)
    rest = iter(changes)
    while chunk := list(islice(rest, batch)):
        with transaction(con):
            _remove(con, [change.old_doc for change in chunk if change.old_doc is not None])
            _add(con, [change.place for change in chunk if change.place is not None])
    if changes:
        with transaction(con):
            con.execute(load_sql("search_note_runs"))
    return Indexed(
        added=sum(change.place is not None for change in changes),
        removed=sum(change.old_doc is not None for change in changes),
        merged=merge_segments(con),
    )


def clear_index(con: Connection) -> None:
    """Empties the index; `index_articles` makes it anew."""
    with transaction(con):
        for table in TABLES:
            con.execute(f"DELETE FROM {table}")


def _is_outdated(con: Connection) -> bool:
    return any(analyzer != ANALYZER for _, _, analyzer in con.execute(load_sql("search_segments")).fetchall())


def _find_changes(con: Connection, *, all_runs: bool) -> list[Change]:
    rows = con.execute(load_sql("search_changed"), {"all_runs": all_runs}).fetchall()
    return [Change(place=place if is_distinct else None, old_doc=doc) for place, is_distinct, doc in rows]


def _remove(con: Connection, docs: Sequence[int]) -> None:
    """Their postings stay until their segment is merged; nothing finds them without their row in search_docs."""
    if docs:
        con.execute(load_sql("search_forget_docs"), {"docs": list(docs)})


def _add(con: Connection, places: Sequence[int]) -> None:
    if not places:
        return
    first = _next(con, "search_next_doc")
    docs = np.arange(first, first + len(places), dtype=np.uint32)
    _make(con, "search_fresh_tokens", "search_tokens", {"doc": docs, "place": np.array(places, dtype=np.int64)})
    _learn_words(con)
    asked = {"first": first}
    keys = con.execute(load_sql("search_keys"), asked).fetchnumpy()["key"]
    postings = pack_postings(np.asarray(keys, dtype=np.uint64), first)
    _insert(con, "INSERT INTO search_postings SELECT * FROM batch", postings)
    lengths = con.execute(load_sql("search_lengths")).fetchnumpy()
    title_words, text_words = (np.zeros(len(docs), dtype=np.uint32) for _ in range(2))
    at = np.asarray(lengths["doc"], dtype=np.int64) - first
    title_words[at], text_words[at] = lengths["title_words"], lengths["text_words"]
    rows = {"doc": docs, "place": np.array(places), "title_words": title_words, "text_words": text_words}
    _insert(con, load_sql("search_insert_docs"), pa.table(rows))
    segment = [first, first + len(places) - 1, postings.num_rows, ANALYZER]
    con.execute("INSERT INTO search_segments VALUES (?, ?, ?, ?)", segment)
    for table in ("search_fresh_tokens", "search_fresh_forms"):
        con.execute(f"DROP TABLE {table}")


def _learn_words(con: Connection) -> None:
    """Every word of the batch gets its stem, every stem its number."""
    found = con.execute(load_sql("search_fresh_words")).fetchnumpy()
    languages, tokens = found["language"], found["token"]
    stems = np.array(tokens, dtype=object)
    for language in set(languages):
        at = languages == language
        stems[at] = find_stems(list(tokens[at]), language)
    _make(con, "search_fresh_forms", "search_forms", {"language": languages, "token": tokens, "stem": stems})
    con.execute(load_sql("search_insert_stems"), {"first": _next(con, "search_next_term")})
    con.execute(load_sql("search_insert_words"))


def _make(con: Connection, table: str, query: str, rows: dict[str, np.ndarray]) -> None:
    _insert(con, f"CREATE OR REPLACE TEMP TABLE {table} AS {load_sql(query)}", pa.table(rows))


def _insert(con: Connection, sql: str, rows: pa.Table) -> None:
    con.register("batch", rows)
    try:
        con.execute(sql)
    finally:
        con.unregister("batch")


def _next(con: Connection, query: str) -> int:
    row = con.execute(load_sql(query)).fetchone()
    assert row is not None
    return int(row[0])
