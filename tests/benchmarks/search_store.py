"""Puts generated articles into a warehouse, as if a night had read and judged them."""

from __future__ import annotations

import hashlib
from itertools import islice

import pyarrow as pa

from tests.benchmarks.search_corpus import Generated, generate
from warehouse.batches import transaction
from warehouse.connection import Connection

BATCH = 5_000
RUN = """
INSERT INTO runs BY NAME
SELECT $run_id AS run_id, 'backfill' AS kind, TIMESTAMPTZ '2026-01-01 00:00:00+00' AS as_of,
       TIMESTAMPTZ '2026-01-01 00:00:00+00' AS started_at, 'done' AS state, '0' AS version
"""
VERDICTS = """
INSERT INTO verdicts BY NAME
SELECT version_id, article_id, run_id, 'new' AS relation, fetched_at AS judged_at FROM batch
"""
TOPICS = """
INSERT INTO topic_hits BY NAME SELECT version_id, article_id, unnest(topics) AS topic_id, 3.0 AS weight FROM batch
"""


def fill_warehouse(con: Connection, first: int, count: int, *, run_id: str = "r") -> None:
    """Stores articles `first` to `first + count - 1` of a run that is over; nothing is indexed."""
    con.execute(RUN, {"run_id": run_id})
    articles = generate(first, count)
    while batch := list(islice(articles, BATCH)):
        with transaction(con):
            con.register("batch", _rows(batch, run_id))
            con.execute("INSERT INTO article_versions BY NAME SELECT * EXCLUDE (topics) FROM batch")
            con.execute(VERDICTS)
            con.execute(TOPICS)
            con.unregister("batch")


def article_id(number: int) -> str:
    """The id of a generated article."""
    return hashlib.sha256(str(number).encode()).hexdigest()[:16]


def _rows(articles: list[Generated], run_id: str) -> pa.Table:
    ids = [article_id(one.number) for one in articles]
    times = pa.array([one.published_at for one in articles], pa.timestamp("us", tz="UTC"))
    every = len(articles)
    return pa.table(
        {
            "version_id": [f"{one}.1" for one in ids],
            "article_id": ids,
            "version": [1] * every,
            "origin": ["backfill"] * every,
            "run_id": [run_id] * every,
            "url": [f"https://{one.source_id}.example/{at}" for one, at in zip(articles, ids, strict=True)],
            "site": [f"{one.source_id}.example" for one in articles],
            "source_id": [one.source_id for one in articles],
            "title": [one.title for one in articles],
            "published_at": times,
            "published_certainty": ["exact"] * every,
            "first_seen_at": times,
            "fetched_at": times,
            "language": [one.language for one in articles],
            "text": [one.text for one in articles],
            "words": [len(one.text.split()) for one in articles],
            "access": ["full"] * every,
            "content_hash": ids,
            "extractor": ["generated"] * every,
            "topics": [list(one.topics) for one in articles],
        }
    )
