"""What the stories stage tells: developments, each told to a reader once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

# `first`: the storyline's first story. `turn`: a new turn of a known storyline. `update`: more facts on a development
# that is already open; kept with it, not alerted again.
DevelopmentKind = Literal["first", "turn", "update"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSentence:
    """A sentence that says something not said before; `new_parts` are its [start, end) ranges that are new."""

    text: str
    article_id: str
    new_parts: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """One outlet's report of the development. `relation` is its verdict: `new`, or how it is a copy."""

    article_id: str
    name: str
    site: str
    url: str
    title: str
    language: str | None
    published_at: datetime | None
    relation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Development:
    """What a reader is told once: a story or the new turn in a storyline.

    `weight` is 0 to 1, higher matters more; `reasons` are stable codes that explain it. `topics` are topic ids.
    The `previous_...` fields name the turn before on the same storyline (None on a first).
    `updates_id` is set on an `update`: the development that it adds to.
    """

    development_id: str
    story_id: str
    storyline_id: str
    storyline_title: str
    kind: DevelopmentKind
    headline: str
    happened_at: datetime
    weight: float
    reasons: tuple[str, ...]
    sentences: tuple[NewSentence, ...]
    outlets: tuple[Outlet, ...]
    topics: tuple[str, ...]
    entities: tuple[str, ...]
    languages: tuple[str, ...]
    previous_id: str | None = None
    previous_headline: str | None = None
    previous_at: datetime | None = None
    updates_id: str | None = None
