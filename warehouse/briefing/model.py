"""The values that the briefing's pages are made of. Times are UTC; days are calendar days in the house's time zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from warehouse.stories.model import DevelopmentKind, NewSentence

Day = date


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLine:
    """A day on which something was told: how much, and a stamp that changes when its pages must."""

    day: Day
    told: int
    updates: int
    stamp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report of a development. `relation` is its verdict: `new`, `revision`, or how it is a copy."""

    article_id: str
    outlet: str
    site: str
    url: str
    title: str
    language: str | None
    published_at: datetime | None
    relation: str

    @property
    def is_own(self) -> bool:
        """Whether the outlet wrote it itself."""
        return self.relation in ("new", "revision")


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A development as it was told, with its place among the `turns` of its storyline (`number` 1 is the earliest)."""

    development_id: str
    kind: DevelopmentKind
    headline: str
    happened_at: datetime
    told_at: datetime
    weight: float
    reasons: tuple[str, ...]
    topics: tuple[str, ...]
    entities: tuple[str, ...]
    languages: tuple[str, ...]
    story_id: str
    storyline_id: str
    storyline_title: str
    updates_id: str | None
    number: int
    turns: int
    previous_headline: str | None = None
    previous_at: datetime | None = None
    sentences: tuple[NewSentence, ...] = ()
    reports: tuple[Report, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StorylineLine:
    """A storyline in one line, and a stamp that changes when its pages must. `state` is its last turn's headline."""

    storyline_id: str
    title: str
    state: str
    first_at: datetime
    last_at: datetime
    told_at: datetime
    entities: tuple[str, ...]
    topics: tuple[str, ...]
    languages: tuple[str, ...]
    developments: int
    turns: int
    reports: int
    copies: int
    outlets: int
    stamp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An article of a storyline. `role` is report, copy or revision."""

    story_id: str
    article_id: str
    role: str
    member_at: datetime
    outlet: str
    site: str
    url: str
    title: str
    language: str | None
    published_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """In how many of a storyline's articles of one day a name stands."""

    entity: str
    day: Day
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A topic's articles of one day: distinct ones, and copies of them."""

    day: Day
    articles: int
    copies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BurstName:
    """A storyline that many of a burst's articles belong to."""

    storyline_id: str
    title: str
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """How a language or an outlet stands to the first report of the `stories` that it shares with others.

    `led` of them it reported first; `low`, `median` and `high` are the quartiles of its hours after the first report.
    """

    kind: Literal["language", "outlet"]
    name: str
    stories: int
    led: int
    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NightLine:
    """A run and its counts (see `flows.report.NightReport.counts`; empty while it runs)."""

    run_id: str
    kind: str
    as_of: datetime
    finished_at: datetime | None
    state: str
    exit_code: int | None
    counts: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """How a source does. `volume` is new entries by day, oldest first, at most five weeks."""

    source_id: str
    name: str
    country: str | None
    language: str | None
    kind: str | None
    homepage: str | None
    enabled: bool
    reason: str | None
    state: str
    evidence: str | None
    since_at: datetime | None
    last_entry_at: datetime | None
    entries: int
    articles: int
    copies: int
    fetches: int
    failures: int
    volume: tuple[tuple[Day, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceChangeLine:
    """What changed about a source, and why."""

    changed_at: datetime
    source_id: str
    name: str
    kind: str
    before: str | None
    after: str | None
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a person wrote at an article or a storyline: a note, a tag, or that it was a false alarm."""

    target_kind: str
    target_id: str
    at: datetime
    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What is held."""

    articles: int
    copies: int
    storylines: int
    developments: int
    sources: int
