"""An address' whole way through the nights: where it was seen, fetched, read, judged, told and mailed."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from extractors.urls import article_id_of, canonical_url
from warehouse.connection import Connection
from warehouse.dedupe.difference import difference_of
from warehouse.sql import load_sql

Row = Mapping[str, Any]
MOST_QUOTES = 11  # changes of a revision that are quoted
MOST_QUOTED = 160  # characters of each


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Everything that is known of an address, each step as rows with the names of the tables' columns.

    `entries` in feeds; `outcomes` of them, one a run; `fetches` of the page; `problems`; `versions` with their verdicts
    (`relation` None: not judged yet); `kin` of a version, best first, with up to three shared `passages`, the
    `other_passages` they have there (None: that text is not known) and the `places` of both; `topics`;
    `revisions`: of a version that revises the one before (`since`), how many sentences came, went, moved or changed,
    and up to eleven `quotes`; `copies` of it elsewhere; `stories`; `developments` that name it; `mails` that told
    those; `notes` that people wrote about it or its storyline.
    """

    url: str
    article_ids: tuple[str, ...]
    entries: tuple[Row, ...]
    outcomes: tuple[Row, ...]
    fetches: tuple[Row, ...]
    problems: tuple[Row, ...]
    versions: tuple[Row, ...]
    kin: tuple[Row, ...]
    revisions: tuple[Row, ...]
    topics: tuple[Row, ...]
    copies: tuple[Row, ...]
    stories: tuple[Row, ...]
    developments: tuple[Row, ...]
    mails: tuple[Row, ...]
    notes: tuple[Row, ...]

    @property
    def is_known(self) -> bool:
        """Whether the address was ever seen, fetched or read."""
        return bool(self.entries or self.versions or self.fetches or self.problems)

    def as_dict(self) -> dict[str, Any]:
        """The trace for scripts."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def find_trace(con: Connection, url: str) -> Trace:
    """The way of the article at `url`, of which any spelling will do: the feed's link, the canonical address, http."""
    ids: list[str] = []
    with contextlib.suppress(ValueError):
        ids.append(article_id_of(url))
    urls = list(dict.fromkeys(filter(None, [url, canonical_url(url)])))
    found = [str(row["article_id"]) for row in _rows(con, "trace_article_ids", ids=ids, urls=urls)]
    entries = _rows(con, "trace_entries", ids=found, urls=urls)
    versions = _rows(con, "trace_versions", ids=found)
    everywhere = [*urls, *(row["url"] for row in (*entries, *versions) if row["url"])]
    entry_ids = [row["entry_id"] for row in entries]
    developments = _rows(con, "trace_developments", ids=found)
    told = list(dict.fromkeys(row["development_id"] for row in developments))
    return Trace(
        url=url,
        article_ids=tuple(found),
        entries=entries,
        outcomes=_rows(con, "trace_outcomes", entries=entry_ids),
        fetches=_rows(con, "trace_fetches", urls=everywhere),
        problems=_rows(con, "trace_problems", entries=entry_ids, urls=everywhere),
        versions=tuple({**row, "evidence": json.loads(row["evidence"] or "{}")} for row in versions),
        kin=_rows(con, "trace_kin", ids=found),
        revisions=tuple(_changes(row) for row in _rows(con, "trace_revisions", ids=found)),
        topics=_rows(con, "trace_topics", ids=found),
        copies=_rows(con, "trace_copies", ids=found),
        stories=_rows(con, "trace_stories", ids=found),
        developments=developments,
        mails=_rows(con, "trace_mails", developments=told),
        notes=_rows(con, "trace_notes", ids=found) if _holds_notes(con) else (),
    )


def _holds_notes(con: Connection) -> bool:
    """Whether this is not a snapshot of an older version, which had none."""
    return con.execute(load_sql("annotations_there")).fetchone() == (1,)


def _changes(row: Row) -> Row:
    """What a revision changed, in numbers and short quotations."""
    changes = difference_of(row["old_title"] or "", row["old_text"], row["new_title"] or "", row["new_text"])
    quotes = [{"kind": c.kind, "where": c.where, "quote": c.quote(most=MOST_QUOTED)} for c in changes[:MOST_QUOTES]]
    counts = Counter(c.kind for c in changes)
    return {"version_id": row["version_id"], "since": row["since"], "counts": dict(counts), "quotes": quotes}


def _rows(con: Connection, name: str, **params: Sequence[Any]) -> tuple[Row, ...]:
    cursor = con.execute(load_sql(name), params)
    names = [str(column[0]) for column in cursor.description or []]
    return tuple(dict(zip(names, row, strict=True)) for row in cursor.fetchall())
