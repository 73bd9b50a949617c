"""Texts that a batch is compared with, from the warehouse: which versions first, from narrow columns, then only those
texts. However much is known, no other text is read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from duckdb import DuckDBPyConnection

from extractors.model import Article
from warehouse.dedupe.arguments import numbers_argument, texts_argument
from warehouse.dedupe.reading import Unread, unread_row
from warehouse.sql import load_sql

AT_ONCE = 1_000  # texts; of more than 2,000 constants DuckDB does not use the index
Key = TypeVar("Key")
Version = tuple[str, str]  # its id, and the id of the version that holds its text


def find_unread(con: DuckDBPyConnection, article_ids: Iterable[str]) -> list[Unread]:
    """The texts of known articles, from the latest version that has one and was judged, or the latest that has one."""
    wanted = sorted(set(article_ids))
    if not wanted:
        return []
    versions: dict[str, list[Version]] = defaultdict(list)
    for article_id, version_id in con.execute(
        load_sql("copies_versions"), {"article_ids": texts_argument(wanted)}
    ).fetchall():
        versions[article_id].append((version_id, version_id))
    return list(_first_texts(con, versions).values())


def find_versions_before(con: DuckDBPyConnection, articles: Sequence[Article]) -> dict[int, Unread]:
    """For the articles (by place in the batch) whose address is known with another text: that text, the latest."""
    if not articles:
        return {}
    parameters = {
        "article_ids": texts_argument(a.article_id for a in articles),
        "content_hashes": texts_argument(a.content_hash for a in articles),
        "fetched_at": texts_argument(a.fetched_at.isoformat() for a in articles),
        "positions": numbers_argument(np.arange(len(articles))),
    }
    versions: dict[int, list[Version]] = defaultdict(list)
    for position, version_id, held_by in con.execute(load_sql("copies_versions_before"), parameters).fetchall():
        versions[position].append((version_id, held_by))
    return _first_texts(con, versions)


def _first_texts(con: DuckDBPyConnection, versions: Mapping[Key, Sequence[Version]]) -> dict[Key, Unread]:
    """Of each the first version that has a text."""
    found: dict[Key, Unread] = {}
    waiting = dict(versions)
    while waiting:
        rows = _find_rows(con, {i for tried in waiting.values() for i in tried[0]})
        for key, tried in waiting.items():
            version_id, held_by = tried[0]
            if version_id in rows and held_by in rows and (text := rows[held_by][5]) is not None:
                row = rows[version_id]
                found[key] = unread_row((*row[:5], text, *row[6:]))
        waiting = {key: tried[1:] for key, tried in waiting.items() if key not in found and len(tried) > 1}
    return found


def _find_rows(con: DuckDBPyConnection, version_ids: Iterable[str]) -> dict[str, tuple[Any, ...]]:
    """The rows of versions, as `unread_row` takes them."""
    ids = sorted(version_ids)
    rows: dict[str, tuple[Any, ...]] = {}
    for start in range(0, len(ids), AT_ONCE):
        part = ids[start : start + AT_ONCE]
        constants = ", ".join(f"${i}" for i in range(1, len(part) + 1))
        sql = load_sql("copies_texts").replace("$version_ids", constants)
        rows.update((row[0], row[1:]) for row in con.execute(sql, part).fetchall())
    return rows
