"""What the night hands to the warehouse and gets back: fetches made, pages read, entries waiting, sums of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from extractors.model import ArchiveRef, Article, FeedEntry, Outcome, Problem, TopicMatch, digest64

RunState = Literal["running", "done", "failed", "interrupted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """A configured source, as the warehouse keeps it beside what was seen of it. `reason`: why it is off."""

    source_id: str
    name: str
    feed_url: str
    homepage: str | None = None
    country: str | None = None
    language: str | None = None
    kind: str | None = None
    enabled: bool = True
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRecord:
    """One request of a run. `code` is `ok`, `not-modified` or a problem's code; `status` None where no response came.

    `entries_seen` and `entries_known` count the different entries of a feed's answer, and those of them that were
    known and unchanged; they are what `RunSums` adds up.
    """

    kind: Literal["feed", "page"]
    source_id: str | None
    url: str
    code: str
    fetched_at: datetime
    final_url: str | None = None
    status: int | None = None
    bytes: int | None = None
    elapsed_s: float | None = None
    entries_seen: int | None = None
    entries_known: int | None = None
    archive: ArchiveRef | None = None
    attempt: int = 1

    def fetch_id(self, run_id: str) -> str:
        """16 hex digits, the same when the same step of a run is applied again."""
        stamp = self.fetched_at.isoformat()
        return digest64(f"{run_id}\n{self.kind}\n{self.source_id}\n{self.url}\n{self.attempt}\n{stamp}")


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryOutcome:
    """An entry whose fate is decided from the feed alone: `rejected`, `repeated` or `aged-out`, with the reason."""

    entry_id: str
    outcome: Outcome
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingEntry:
    """An entry that waits for its page. `attempts` counts the failed ones since it was new or changed."""

    entry: FeedEntry
    attempts: int
    first_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came of one pending entry: an on-topic article, or an outcome, or a problem.

    With `article` and neither `outcome` nor `problem` the article is stored and waits for its verdict. With `outcome`
    (`off-topic`, `link-only`) the entry is done. With `problem` the entry is tried again at `next_try_at`, which lies
    after the run's clock; None: its attempts are used up and it is done.
    """

    entry: FeedEntry
    fetch: FetchRecord | None = None
    article: Article | None = None
    topics: tuple[TopicMatch, ...] = ()
    outcome: Outcome | None = None
    code: str | None = None
    problem: Problem | None = None
    next_try_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run as it stands in the warehouse. `counts` is what the run report added up."""

    run_id: str
    kind: str
    as_of: datetime
    started_at: datetime
    finished_at: datetime | None
    state: RunState
    exit_code: int | None
    counts: Mapping[str, object]
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSums:
    """A run's entries, added up in SQL.

    `seen` entries stood in the feeds, `known` of them unchanged; `new` and `changed` ones were taken up, and
    `carried_over` ones that an earlier run had left. `by_outcome` counts what they ended as. `balanced`: each entry
    taken up has exactly one outcome, no other entry has one, and seen = known + new + changed. `unaccounted` names
    up to twenty entries that break the first two.
    """

    seen: int
    known: int
    new: int
    changed: int
    carried_over: int
    by_outcome: Mapping[str, int]
    balanced: bool
    unaccounted: Sequence[str] = field(default_factory=tuple)
