"""What the neighbours of a pair say: the second look at a pair, once every pair has a first probability."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from warehouse.stories.background import Background, Floats
from warehouse.stories.crossing import crosses, judge_crossing
from warehouse.stories.pairs import FEATURES, Pairs, Subject, compare
from warehouse.stories.trees import load_models

CONTEXT_FEATURES = (
    "first look", "shared neighbour", "shared neighbours", "agreement", "disagreement", "rivals", "rivals back",
    "best rival", "best rival back", "neighbours", "neighbours back", "story size", "story mean", "story least",
    "sites in story",
)  # fmt: skip

# Pairs below this first probability keep it: a second look never makes them one story.
PLAUSIBLE = 0.02

# The most that a pair without a name, a figure or a word of the headline in common gets in languages without a prior:
# in a small window of such a language, the models take standing out from nothing for likeness.
UNSUPPORTED = 0.2

# Among fewer reports than this, it is so in English too: each is the other's nearest, and every word they share rare.
SMALL_WINDOW = 30

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
    languages = crosses([s.language for s in subjects])
    across = (languages[rows] != languages[columns]) & (languages[rows] >= 0) & (languages[columns] >= 0)
    of = {name: features[:, FEATURES.index(name)] for name in ("names", "numbers", "days apart")}
    crossing = judge_crossing(of["names"], of["numbers"], of["days apart"])
    chosen = np.flatnonzero(first >= PLAUSIBLE)
    probability = first.copy()
    if len(chosen):
        sites = [s.site for s in subjects]
        context = context_features(rows[chosen], columns[chosen], first[chosen], tonight, stories, sites)
        second = models["second"].probability(np.concatenate([features[chosen], context], axis=1))
        odds = SECOND_SHARE * _odds(second) + (1 - SECOND_SHARE) * _odds(first[chosen])
        probability[chosen] = 1.0 / (1.0 + np.exp(-odds))
    english = np.array([s.language in ("en", None) for s in subjects], dtype=np.bool_)
    doubtful = _unsupported(features)
    if len(subjects) >= SMALL_WINDOW:
        doubtful &= ~(english[rows] & english[columns])
    probability = np.where(doubtful, np.minimum(probability, np.float32(UNSUPPORTED)), probability)
    probability = np.where(across, np.maximum(crossing, probability), probability)
    strength = features[:, 2] + 0.5 * features[:, 1] + 0.5 * features[:, 3]
    return Pairs(rows, columns, probability, strength)


def _unsupported(features: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Pairs with no name, figure or headline in common and few words: however alone they stand, no one event."""
    of = {name: features[:, FEATURES.index(name)] for name in ("title", "body", "names", "numbers")}
    nothing: NDArray[np.bool_] = np.maximum(np.maximum(of["title"], of["names"]), of["numbers"]) < 0.02
    return nothing & (of["body"] < 0.15)


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
    for place, story in enumerate(stories, start=tonight):
        if place in near:
            near[place].update((other, 1.0) for other in members[story] if other != place)
    known = {place: _Neighbours.of(row) for place, row in near.items()}
    together = {story: np.array(places) for story, places in members.items()}
    site = np.unique(np.asarray(sites), return_inverse=True)[1]
    found = np.zeros((len(rows), len(CONTEXT_FEATURES)))
    order = np.argsort(rows, kind="stable")
    begins = 1 + np.flatnonzero(np.diff(rows[order]))
    dense = np.zeros(tonight + len(stories))
    for pairs in np.split(order, begins) if len(order) else ():
        row = int(rows[pairs[0]])
        dense[known[row].places] = known[row].values
        others = columns[pairs].tolist()
        stories_of = [together[stories[c - tonight]] if c >= tonight else _NOWHERE for c in others]
        found[pairs] = _contexts(known[row], [known[c] for c in others], first[pairs], dense, stories_of,
                                 site == site[row])  # fmt: skip
        dense[known[row].places] = 0.0
    return found.astype(np.float32)


_NOWHERE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Neighbours:
    """What a subject is paired with, and how probably; `ranked` are the probabilities, least first."""

    places: NDArray[np.int64]
    values: NDArray[np.float64]
    ranked: list[float]
    total: float

    @classmethod
    def of(cls, row: Mapping[int, float]) -> _Neighbours:
        values = np.fromiter(row.values(), dtype=np.float64, count=len(row))
        return cls(np.fromiter(row, dtype=np.int64, count=len(row)), values, sorted(row.values()), sum(row.values()))

    def rivals(self, p: float) -> tuple[float, float, float]:
        """Beside its pair of probability p: how many others are above it, the best other, the sum of the others."""
        above = len(self.ranked) - bisect_right(self.ranked, p)
        second = self.ranked[-2] if len(self.ranked) > 1 else 0.0
        return float(min(5, above)), self.ranked[-1] if above else second, self.total - p


def _contexts(
    left: _Neighbours, rights: Sequence[_Neighbours], first: Floats, dense: NDArray[np.float64],
    stories: Sequence[NDArray[np.int64]], same_site: NDArray[np.bool_],
) -> NDArray[np.float64]:  # fmt: skip
    """`CONTEXT_FEATURES` of the pairs of one row with others. `dense` has the row's probability with every subject.

    The two of a pair need not be left out of what they share: neither is its own neighbour.
    """
    p = first.astype(np.float64)
    there = dense[np.concatenate([r.places for r in rights])]
    back = np.concatenate([r.values for r in rights])
    starts = np.cumsum([0, *(len(r.values) for r in rights[:-1])])
    least = np.minimum(there, back)
    shared = np.add.reduceat(least, starts)
    both = np.add.reduceat(there * back, starts)
    sums = left.total + np.array([r.total for r in rights]) - 2 * p
    either, apart = sums - shared, sums - 2 * shared
    rivals = np.array([left.rivals(x) for x in p.tolist()])
    rivals_back = np.array([right.rivals(x) for right, x in zip(rights, p.tolist(), strict=True)])
    sizes = np.array([len(story) for story in stories])
    held = np.maximum(sizes, 1)
    begins = np.cumsum(sizes) - sizes
    means, smallest, sites = np.full(len(p), -1.0), np.full(len(p), -1.0), np.zeros(len(p))
    if some := np.flatnonzero(sizes).tolist():
        at = np.concatenate([stories[i] for i in some])
        means[some] = np.add.reduceat(dense[at], begins[some]) / held[some]
        smallest[some] = np.minimum.reduceat(dense[at], begins[some])
        sites[some] = np.add.reduceat(same_site[at].astype(np.float64), begins[some])
    return np.stack([
        p, np.maximum.reduceat(least, starts), both, np.where(either > 0.1, both / (either + 1e-6), 0.5), apart,
        rivals[:, 0], rivals_back[:, 0], rivals[:, 1], rivals_back[:, 1], rivals[:, 2], rivals_back[:, 2], sizes,
        means, smallest, sites,
    ], axis=1)  # fmt: skip
