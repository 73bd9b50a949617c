"""Links stories over months into storylines, and names them after what they are about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from warehouse.stories.kindred import Kindred
from warehouse.stories.novelty import top_names
from warehouse.stories.plain_words import is_calendar

# A storyline is named anew when it has got so many stories.
NAMED_AT = (3, 6, 12, 25, 50, 100, 200, 400)

# A name that fewer of its stories mention is not what a storyline is about.
_LEAST_SHARE = 0.4

_NAMES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentions:
    """How a name occurs on a storyline: in how many of its stories, how often, and whether a watch-list has it."""

    stories: int
    mentions: int
    listed: bool


def choose_storyline(candidates: Sequence[Kindred], *, least: float) -> Kindred | None:
    """The earlier story that a new one continues: the most similar one, if similar enough."""
    best = max(candidates, key=lambda k: (k.similarity, k.story_id), default=None)
    return best if best is not None and best.similarity >= least else None


def name_storyline(names: Counter[str], title: str, listed: frozenset[str]) -> str:
    """What a storyline is about when it begins: up to three names, watch-list entities first; its headline where none
    stands out.

    Names that are part of a longer one are left out.
    """
    weighted = {name: n * (2 if name in listed else 1) for name, n in names.items() if n >= 2}
    chosen = distinct_names(top_names(weighted, 12), _NAMES)
    return ", ".join(chosen) if len(chosen) >= 2 else title


def is_due(before: int, after: int) -> bool:
    """Whether a storyline that grew from so many stories to so many is to be named anew."""
    return any(before < number <= after for number in NAMED_AT)


def rename_storyline(title: str, names: Mapping[str, Mentions], stories: int) -> str:
    """What a storyline is about, by all its stories: the names that most of them mention, those of watch-lists first.

    Its present title, where fewer than two names run through it.
    """
    running = {n: m for n, m in names.items() if m.stories >= max(2, _LEAST_SHARE * stories)}
    order = sorted(running, key=lambda n: (-running[n].stories * (1.5 if running[n].listed else 1.0),
                                           -running[n].mentions, -len(n), n))  # fmt: skip
    chosen = distinct_names(order, _NAMES)
    return ", ".join(chosen) if len(chosen) >= 2 else title


def distinct_names(names: Sequence[str], most: int) -> tuple[str, ...]:
    """The first names, at most so many; none that is part of another one that is there, no month and no weekday."""
    chosen: list[str] = []
    for name in names:
        lowered = name.lower()
        if is_calendar(name) or any(lowered in other.lower() or other.lower() in lowered for other in chosen):
            continue
        chosen.append(name)
        if len(chosen) == most:
            break
    return tuple(chosen)
