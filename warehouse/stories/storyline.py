"""Links stories over months into storylines, and names them after what they are about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from warehouse.stories.gather import Kindred
from warehouse.stories.novelty import top_names


def choose_storyline(candidates: Sequence[Kindred], *, least: float) -> Kindred | None:
    """The earlier story that a new one continues: the most similar one, if similar enough."""
    best = max(candidates, key=lambda k: (k.similarity, k.story_id), default=None)
    return best if best is not None and best.similarity >= least else None


def name_storyline(names: Counter[str], title: str, listed: frozenset[str]) -> str:
    """What a storyline is about: up to three names, watch-list entities first; its headline where none stands out.

    Names that are part of a longer one are left out.
    """
    weighted = {name: n * (2 if name in listed else 1) for name, n in names.items() if n >= 2}
    chosen: list[str] = []
    for name in top_names(weighted, 12):
        if any(name.lower() in other.lower() or other.lower() in name.lower() for other in chosen):
            continue
        chosen.append(name)
        if len(chosen) == 3:
            break
    return ", ".join(chosen) if len(chosen) >= 2 else title
