"""What a night reads and writes, set-wise. Nothing here opens a transaction: the caller does, with `transaction`."""

from warehouse.batches import add_rows, run_batch, transaction
from warehouse.entries import (
    add_feed_results,
    add_fetches,
    add_problems,
    find_known_articles,
    find_known_entries,
    find_pending,
)
from warehouse.model import EntryOutcome, FetchRecord, PendingEntry, Reading, Run, RunState, RunSums, SourceRow
from warehouse.readings import (
    add_readings,
    article_of,
    find_article,
    find_by_url,
    find_unjudged,
    find_unjudged_ids,
    find_versions,
)
from warehouse.runs import (
    count_runs_at,
    find_last_run,
    finish_run,
    release_entries,
    start_run,
    store_sources,
    sum_outcomes,
)
from warehouse.verdicts import add_verdicts

__all__ = [
    "EntryOutcome",
    "FetchRecord",
    "PendingEntry",
    "Reading",
    "Run",
    "RunState",
    "RunSums",
    "SourceRow",
    "add_feed_results",
    "add_fetches",
    "add_problems",
    "add_readings",
    "add_rows",
    "add_verdicts",
    "article_of",
    "count_runs_at",
    "find_article",
    "find_by_url",
    "find_known_articles",
    "find_known_entries",
    "find_last_run",
    "find_pending",
    "find_unjudged",
    "find_unjudged_ids",
    "find_versions",
    "finish_run",
    "release_entries",
    "run_batch",
    "start_run",
    "store_sources",
    "sum_outcomes",
    "transaction",
]
