"""Feed entries: which are known, which changed, which wait for their page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import duckdb

from extractors.model import FeedEntry, Problem
from extractors.urls import article_id_of
from warehouse.batches import add_rows, run_batch
from warehouse.model import EntryOutcome, FetchRecord, PendingEntry
from warehouse.sql import load_sql


def find_known_entries(con: duckdb.DuckDBPyConnection, entry_ids: Iterable[str]) -> dict[str, str]:
    """Entry id to stored fingerprint, for those of the ids that were ever seen."""
    return dict(run_batch(con, "entries_known", [{"entry_id": entry_id} for entry_id in entry_ids]))


def find_known_articles(con: duckdb.DuckDBPyConnection, article_ids: Iterable[str]) -> set[str]:
    """Those of the article ids (digests of canonical URLs) that some entry named or some page gave before."""
    return {row[0] for row in run_batch(con, "articles_known", [{"article_id": item} for item in article_ids])}


def add_feed_results(
    con: duckdb.DuckDBPyConnection,
    *,
    run_id: str,
    as_of: datetime,
    fetches: Sequence[FetchRecord],
    entries: Sequence[FeedEntry],
    outcomes: Sequence[EntryOutcome] = (),
    problems: Sequence[Problem] = (),
) -> None:
    """Writes what the feeds gave: fetches, problems, new and changed entries. Inside the caller's transaction.

    A new or changed entry becomes `pending`, unless `outcomes` names it: then it is `done` with that outcome. A
    changed entry keeps the time when it was first seen. An entry that is known and unchanged is left alone; of
    several with one id the first counts.
    """
    fates = {fate.entry_id: fate for fate in outcomes}
    first = {entry.entry_id: entry for entry in reversed(entries)}
    known = find_known_entries(con, first)
    new = [entry for entry_id, entry in first.items() if entry_id not in known]
    changed = [entry for key, entry in first.items() if known.get(key, entry.fingerprint) != entry.fingerprint]

    add_fetches(con, run_id=run_id, fetches=fetches)
    add_problems(con, run_id=run_id, happened_at=as_of, problems=[(problem, None, None) for problem in problems])
    seen_first = {"first_seen_at": as_of, "first_run_id": run_id}
    add_rows(con, "entries", [{**_entry_row(entry, fates), **seen_first} for entry in new])
    run_batch(con, "entries_update_changed", [_entry_row(entry, fates) for entry in changed])
    _take_up(con, run_id, new=[entry.entry_id for entry in new], changed=[entry.entry_id for entry in changed])
    ended = [(entry, fates[entry.entry_id]) for entry in [*new, *changed] if entry.entry_id in fates]
    add_rows(con, "entry_outcomes", [_outcome_row(run_id, as_of, entry, fate) for entry, fate in ended])


def find_pending(con: duckdb.DuckDBPyConnection, *, as_of: datetime, limit: int | None = None) -> list[PendingEntry]:
    """The entries that wait for their page and are due, those seen first coming first, then the newest."""
    rows = con.execute(load_sql("entries_pending"), {"as_of": as_of, "limit": limit}).fetchall()
    return [_pending_entry(row) for row in rows]


def add_fetches(con: duckdb.DuckDBPyConnection, *, run_id: str, fetches: Sequence[FetchRecord]) -> None:
    """Adds the requests of a run. One that was added before is not added again."""
    rows = {fetch.fetch_id(run_id): _fetch_row(run_id, fetch) for fetch in fetches}
    known = {row[0] for row in run_batch(con, "fetches_known", [{"fetch_id": fetch_id} for fetch_id in rows])}
    add_rows(con, "fetches", [row for fetch_id, row in rows.items() if fetch_id not in known])


def add_problems(
    con: duckdb.DuckDBPyConnection,
    *,
    run_id: str,
    happened_at: datetime,
    problems: Sequence[tuple[Problem, str | None, str | None]],
) -> None:
    """Adds problems to the log, each with the source id and the entry id that it concerns, where there is one."""
    names = ("stage", "url", "code", "detail")
    rows = [
        {name: getattr(problem, name) for name in names}
        | {"run_id": run_id, "source_id": source_id, "entry_id": entry_id, "happened_at": happened_at}
        for problem, source_id, entry_id in problems
    ]
    add_rows(con, "problem_log", rows)


def _take_up(con: duckdb.DuckDBPyConnection, run_id: str, *, new: Sequence[str], changed: Sequence[str]) -> None:
    # A changed entry may have been carried over at the start of the run: one row, and `changed` is what it counts as.
    rows = [{"entry_id": entry_id} for entry_id in changed]
    taken = {row[0] for row in run_batch(con, "run_entries_taken", rows, {"run_id": run_id})}
    run_batch(con, "run_entries_mark_changed", rows, {"run_id": run_id})
    kinds = [*((entry_id, "new") for entry_id in new), *((item, "changed") for item in changed if item not in taken)]
    add_rows(con, "run_entries", [{"run_id": run_id, "entry_id": item, "taken_as": kind} for item, kind in kinds])


def _entry_row(entry: FeedEntry, fates: Mapping[str, EntryOutcome]) -> dict[str, Any]:
    done = entry.entry_id in fates
    return {
        "entry_id": entry.entry_id,
        "source_id": entry.source_id,
        "feed_url": entry.feed_url,
        "entry_key": entry.key,
        "url": entry.url,
        "link": entry.link,
        "article_id": article_id_of(entry.url) if entry.url else None,
        "title": entry.title,
        "summary": entry.summary,
        "authors": list(entry.authors),
        "categories": list(entry.categories),
        "content_html": None if done else entry.content_html,
        "published_at": entry.published_at,
        "published_certainty": entry.published_certainty,
        "updated_at": entry.updated_at,
        "language": entry.language,
        "fingerprint": entry.fingerprint,
        "state": "done" if done else "pending",
    }


def _outcome_row(run_id: str, as_of: datetime, entry: FeedEntry, fate: EntryOutcome) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "entry_id": entry.entry_id,
        "outcome": fate.outcome,
        "code": fate.code,
        "article_id": article_id_of(entry.url) if entry.url else None,
        "happened_at": as_of,
    }


def _fetch_row(run_id: str, fetch: FetchRecord) -> dict[str, Any]:
    return {
        "fetch_id": fetch.fetch_id(run_id),
        "run_id": run_id,
        "kind": fetch.kind,
        "source_id": fetch.source_id,
        "url": fetch.url,
        "final_url": fetch.final_url,
        "status": fetch.status,
        "code": fetch.code,
        "bytes": fetch.bytes,
        "elapsed_s": fetch.elapsed_s,
        "fetched_at": fetch.fetched_at,
        "entries_seen": fetch.entries_seen,
        "entries_known": fetch.entries_known,
        "archive_file": fetch.archive.file if fetch.archive else None,
        "archive_offset": fetch.archive.offset if fetch.archive else None,
    }


def _pending_entry(row: tuple[Any, ...]) -> PendingEntry:
    (source_id, feed_url, key, url, link, title, summary, authors, categories, content_html, published_at, certainty,
     updated_at, language, attempts, first_seen_at) = row[1:]  # fmt: skip
    entry = FeedEntry(
        source_id=source_id,
        feed_url=feed_url,
        key=key,
        url=url,
        link=link,
        title=title,
        summary=summary,
        authors=tuple(authors or ()),
        published_at=published_at,
        published_certainty=certainty,
        updated_at=updated_at,
        language=language,
        categories=tuple(categories or ()),
        content_html=content_html,
    )
    return PendingEntry(entry=entry, attempts=attempts, first_seen_at=first_seen_at)
