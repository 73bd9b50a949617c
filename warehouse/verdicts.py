"""Verdicts: what each version is to the known ones, and with it the outcome of the entry that it came from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import duckdb

from extractors.model import Article, Outcome, Relation, Verdict
from warehouse.batches import add_rows, run_batch

Judged = tuple[str, Article, Verdict]


def add_verdicts(con: duckdb.DuckDBPyConnection, *, run_id: str, as_of: datetime, judged: Sequence[Judged]) -> None:
    """Writes verdicts and kinships, and ends the entries that waited for them as `new`, `copy` or `revision`.

    The text of an exact copy goes where a version of its original holds the very same one. Inside the caller's
    transaction.
    """
    add_rows(con, "verdicts", [_verdict_row(run_id, as_of, *item) for item in judged])
    add_rows(con, "kinships", [row for item in judged for row in _kinship_rows(*item)])
    version_rows = [{"version_id": version_id} for version_id, _, _ in judged]
    topics = dict(run_batch(con, "versions_topics", version_rows))
    by_version = {version_id: (article, verdict) for version_id, article, verdict in judged}
    waiting = run_batch(con, "entries_judged", version_rows)
    rows = [
        {
            "run_id": run_id,
            "entry_id": entry_id,
            "outcome": outcome_of(by_version[version_id][1].relation),
            "code": by_version[version_id][1].relation,
            "article_id": by_version[version_id][0].article_id,
            "topics": topics.get(version_id, []),
            "happened_at": as_of,
        }
        for entry_id, version_id in waiting
    ]
    add_rows(con, "entry_outcomes", rows)
    run_batch(con, "entries_finish", [{"entry_id": entry_id} for entry_id, _ in waiting])
    exact = [(version_id, verdict) for version_id, _, verdict in judged if verdict.relation == "exact"]
    copies = [{"version_id": version_id, "original_id": verdict.original_id} for version_id, verdict in exact]
    run_batch(con, "versions_drop_copied_text", copies)


def outcome_of(relation: Relation) -> Outcome:
    """What an entry ends as whose article got this verdict."""
    if relation == "new":
        return "new"
    return "revision" if relation == "revision" else "copy"


def _verdict_row(run_id: str, as_of: datetime, version_id: str, article: Article, verdict: Verdict) -> dict[str, Any]:
    return {
        "version_id": version_id,
        "article_id": article.article_id,
        "run_id": run_id,
        "relation": verdict.relation,
        "original_id": verdict.original_id,
        "adds_facts": verdict.adds_facts,
        "reasons": list(verdict.reasons),
        "judged_at": as_of,
    }


def _kinship_rows(version_id: str, article: Article, verdict: Verdict) -> list[dict[str, Any]]:
    return [
        {
            "version_id": version_id,
            "article_id": article.article_id,
            "rank": rank,
            "other_id": kin.other_id,
            "relation": kin.relation,
            "share": kin.share,
            "other_share": kin.other_share,
            "confidence": kin.confidence,
            "fingerprint_only": kin.fingerprint_only,
            "spans": [asdict(span) for span in kin.spans],
            "features": json.dumps(dict(kin.features)),
            "reasons": list(kin.reasons),
        }
        for rank, kin in enumerate(verdict.kin, start=1)
    ]
