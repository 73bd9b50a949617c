"""What the neighbours of a pair say: the second look at a pair, once every pair has a first probability."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from warehouse.stories.background import Background, Floats
from warehouse.stories.pairs import Pairs, Subject, compare
from warehouse.stories.trees import load_models

CONTEXT_FEATURES = (
    "first look", "shared neighbour", "shared neighbours", "agreement", "disagreement", "rivals", "rivals back",
    "best rival", "best rival back", "neighbours", "neighbours back", "story size", "story mean", "story least",
    "sites in story",
)  # fmt: skip

# Pairs below this first probability keep it: a second look never makes them one story.
PLAUSIBLE = 0.02

# What the second look counts for, in log odds; measured by cross-validation on the training part.
SECOND_SHARE = 0.7


def judge_pairs(
    subjects: Sequence[Subject], tonight: int, stories: Sequence[int], *, background: Background, window_days: float
) -> Pairs:
    """The probability of the same event for each pair of the first `tonight` subjects with each other and the rest.

    `stories` numbers the story of each subject from `tonight` on. The first look sees the pair alone, the second one
    its neighbours too: other pairs of tonight, and the stories of before.
    """
    models = load_models()
    rows, columns, features = compare(subjects, tonight, background=background, window_days=window_days)
    first = models["first"].probability(features)
    chosen = np.flatnonzero(first >= PLAUSIBLE)
    probability = first.copy()
    if len(chosen):
        sites = [s.site for s in subjects]
        context = context_features(rows[chosen], columns[chosen], first[chosen], tonight, stories, sites)
        second = models["second"].probability(np.concatenate([features[chosen], context], axis=1))
        odds = SECOND_SHARE * _odds(second) + (1 - SECOND_SHARE) * _odds(first[chosen])
        probability[chosen] = 1.0 / (1.0 + np.exp(-odds))
    strength = features[:, 2] + 0.5 * features[:, 1] + 0.5 * features[:, 3]
    return Pairs(rows, columns, probability, strength)


def _odds(probability: Floats) -> Floats:
    kept = np.clip(probability, 1e-4, 1 - 1e-4)
    found: Floats = np.log(kept / (1 - kept))
    return found


def context_features(
    rows: NDArray[np.int64], columns: NDArray[np.int64], first: Floats, tonight: int, stories: Sequence[int],
    sites: Sequence[str],
) -> NDArray[np.float32]:  # fmt: skip
    """`CONTEXT_FEATURES` of each pair. Two reports that a story holds already count as surely of one event."""
    near: dict[int, dict[int, float]] = defaultdict(dict)
    for r, c, p in zip(rows.tolist(), columns.tolist(), first.tolist(), strict=True):
        near[r][c] = p
        near[c][r] = p
    members: dict[int, list[int]] = defaultdict(list)
    for place, story in enumerate(stories):
        members[story].append(tonight + place)
    held = {
        place: {other: 1.0 for other in together if other != place}
        for together in members.values()
        for place in together
        if place in near
    }
    known = {place: {**near[place], **held.get(place, {})} for place in near}
    found = [
        _context(known[r], known[c], r, c, p, members[stories[c - tonight]] if c >= tonight else [], near[r], sites)
        for r, c, p in zip(rows.tolist(), columns.tolist(), first.tolist(), strict=True)
    ]
    return np.array(found, dtype=np.float32).reshape(len(found), len(CONTEXT_FEATURES))


def _context(
    left: dict[int, float], right: dict[int, float], r: int, c: int, p: float, story: Sequence[int],
    own: dict[int, float], sites: Sequence[str],
) -> tuple[float, ...]:  # fmt: skip
    best = both = either = apart = 0.0
    for other in left.keys() | right.keys():
        if other in (r, c):
            continue
        x, y = left.get(other, 0.0), right.get(other, 0.0)
        best = max(best, min(x, y))
        both += x * y
        either += max(x, y)
        apart += abs(x - y)
    rivals = [x for other, x in left.items() if other != c]
    rivals_back = [x for other, x in right.items() if other != r]
    to_story = [own.get(member, 0.0) for member in story]
    return (
        p, best, both, both / (either + 1e-6) if either > 0.1 else 0.5, apart,
        min(5, sum(x > p for x in rivals)), min(5, sum(x > p for x in rivals_back)),
        max(rivals, default=0.0), max(rivals_back, default=0.0), sum(rivals), sum(rivals_back),
        len(story), sum(to_story) / len(to_story) if to_story else -1.0, min(to_story, default=-1.0),
        sum(sites[member] == sites[r] for member in story),
    )  # fmt: skip
