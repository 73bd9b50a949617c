"""What a night of stories decided, ready to be stored: a `Telling` and its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from warehouse.stories.model import Development, DevelopmentKind
from warehouse.stories.terms import Terms

Role = Literal["report", "copy", "revision"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A judged version as the stage sees it. `at`: publication, or arrival where that is unknown or implausible."""

    version_id: str
    article_id: str
    relation: str
    original_id: str | None
    site: str
    outlet: str
    url: str
    title: str
    text: str
    language: str | None
    published_at: datetime | None
    at: datetime
    seen_at: datetime
    dated: bool
    topics: tuple[str, ...] = ()
    topic_weight: float = 0.0
    seed: bool = False

    @property
    def arrival(self) -> tuple[datetime, datetime, str]:
        """What orders the reports of a night where an order is needed: publication, arrival here, id."""
        return (self.at, self.seen_at, self.version_id)


def lead_report(reports: Sequence[Report]) -> Report:
    """The report that speaks for all: the first that is no copy of another; the first where all are copies.

    A copy counts as a report where no story holds its original, so that one may stand first.
    """
    return next((r for r in reports if r.relation in ("new", "revision")), reports[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A story founded tonight. `terms` are its heaviest terms, a vector of length 1."""

    story_id: str
    storyline_id: str
    title: str
    founder_id: str
    first_at: datetime
    language: str | None
    seed: bool
    terms: Mapping[int, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A version that a story holds from tonight on. `terms` are kept for reports and revisions, not for copies."""

    report: Report
    story_id: str
    storyline_id: str
    role: Role
    similarity: float
    novelty: float
    terms: Terms | None
    names: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Storyline:
    """A storyline as it stands after tonight."""

    storyline_id: str
    title: str
    founder_id: str
    first_at: datetime
    last_at: datetime
    state: str
    stories: int
    turns: int
    entities: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryAct:
    """An explicit split or merge: `other_id` is the new story (split) or the one that is continued (merge).

    `versions` are the known reports that count as `other_id`'s from now on; of a merge, all that the story holds do.
    """

    act: Literal["split", "merge"]
    story_id: str
    other_id: str
    reason: str
    versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Renaming:
    """A storyline that is called something else from tonight on; `stories`: how many it has."""

    storyline_id: str
    title: str
    stories: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """A story of the night that could have been a development: its score, what it became (None: nothing), and why.

    `features` are `warehouse.stories.turns.TURN_FEATURES`: what replays and the training of the score look at.
    """

    story_id: str
    storyline_id: str
    article_ids: tuple[str, ...]
    kind: DevelopmentKind | None
    score: float
    features: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What tonight's articles became. Nothing of it is stored until `store_telling`.

    `stories` are those founded tonight; `extended` the ids of known ones that got members. `considered` has every
    story that was judged; `facts` what is said for the first time on each storyline.
    """

    as_of: datetime
    stories: tuple[Story, ...] = ()
    extended: tuple[str, ...] = ()
    memberships: tuple[Membership, ...] = ()
    storylines: tuple[Storyline, ...] = ()
    developments: tuple[Development, ...] = ()
    considered: tuple[Considered, ...] = ()
    facts: Mapping[str, frozenset[int]] = field(default_factory=dict)
    acts: tuple[StoryAct, ...] = ()
    renamed: tuple[Renaming, ...] = ()
    listed: frozenset[str] = frozenset()
