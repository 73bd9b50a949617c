"""Joins tonight's articles into stories by average link: with each other, and with the stories of the last days."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from warehouse.stories.pairs import Pairs


@dataclass(frozen=True, slots=True)
class Grouping:
    """For each of tonight's articles its group; a group that is a known story has that story's index in `story_of`.

    `strength`: mean probability with the rest of its group (0 for one alone).
    `elsewhere`: the best mean probability with any other group: how near it came to joining that one.
    """

    group: NDArray[np.int64]
    story_of: Mapping[int, int]
    strength: NDArray[np.float32]
    elsewhere: NDArray[np.float32]


def group_articles(pairs: Pairs, tonight: int, stories: Sequence[int], *, threshold: float) -> Grouping:
    """Average link down to `threshold`.

    `stories` gives, for each column from `tonight` on, the number of the story that holds it. Stories never merge
    with each other. The result does not depend on the order of tonight's articles but for equal probabilities.
    """
    n_stories = max(stories, default=-1) + 1
    story_size = np.bincount(np.asarray(stories, dtype=np.int64), minlength=n_stories).astype(np.float64)
    # Units: tonight's articles first, then the stories.
    unit_of = np.concatenate([np.arange(tonight), tonight + np.asarray(stories, dtype=np.int64)]).astype(np.int64)
    links: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for r, c, p in zip(pairs.rows.tolist(), pairs.columns.tolist(), pairs.probability.tolist(), strict=True):
        other = int(unit_of[c])
        links[r][other] += p
        links[other][r] += p
    size = dict(enumerate([1.0] * tonight)) | {tonight + s: float(story_size[s]) for s in range(n_stories)}
    group = {u: [u] for u in range(tonight)} | {tonight + s: [] for s in range(n_stories)}
    original = {u: dict(row) for u, row in links.items()}
    _merge(links, size, group, tonight, threshold)
    label = np.zeros(tonight, dtype=np.int64)
    story_of: dict[int, int] = {}
    for number, (unit, members) in enumerate(sorted(group.items())):
        for member in members:
            label[member] = number
        if unit >= tonight and members:
            story_of[number] = unit - tonight
    strength, elsewhere = _closeness(original, label, story_of, tonight, story_size)
    return Grouping(label, story_of, strength, elsewhere)


def _merge(
    links: dict[int, dict[int, float]],
    size: dict[int, float],
    group: dict[int, list[int]],
    tonight: int,
    threshold: float,
) -> None:
    """Merges the closest two units until none is as close as the threshold; changes its arguments."""
    heap: list[tuple[float, int, int]] = []

    def offer(a: int, b: int) -> None:
        if a >= tonight and b >= tonight:
            return
        mean = links[a][b] / (size[a] * size[b])
        if mean >= threshold:
            heapq.heappush(heap, (-mean, min(a, b), max(a, b)))

    for a in list(links):
        for b in list(links[a]):
            if a < b:
                offer(a, b)
    while heap:
        negative, a, b = heapq.heappop(heap)
        if a not in group or b not in group or b not in links[a]:
            continue
        if abs(-negative - links[a][b] / (size[a] * size[b])) > 1e-9:
            continue  # an older offer: one of the two has grown since
        kept, gone = (b, a) if b >= tonight else (a, b)
        group[kept] = group[kept] + group.pop(gone)
        size[kept] += size.pop(gone)
        for other, total in links.pop(gone).items():
            links[other].pop(gone, None)
            if other != kept and other in group:
                links[kept][other] += total
                links[other][kept] = links[kept][other]
        for other in list(links[kept]):
            if other in group:
                offer(kept, other)


def _closeness(
    links: Mapping[int, Mapping[int, float]],
    label: NDArray[np.int64],
    story_of: Mapping[int, int],
    tonight: int,
    story_size: NDArray[np.float64],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    label_of_story = {story: number for number, story in story_of.items()}
    sizes: dict[int, float] = defaultdict(float)
    for number in label.tolist():
        sizes[number] += 1.0
    for number, story in story_of.items():
        sizes[number] += float(story_size[story])
    strength = np.zeros(tonight, np.float32)
    elsewhere = np.zeros(tonight, np.float32)
    for unit in range(tonight):
        sums: dict[int, float] = defaultdict(float)
        for other, total in links.get(unit, {}).items():
            if other < tonight:
                sums[int(label[other])] += total
            else:
                story = other - tonight
                number = label_of_story.get(story, -2 - story)
                sums[number] += total
                sizes.setdefault(number, float(story_size[story]))
        own = int(label[unit])
        if sizes[own] > 1:
            strength[unit] = sums.pop(own, 0.0) / (sizes[own] - 1.0)
        sums.pop(own, None)
        elsewhere[unit] = max((total / sizes[number] for number, total in sums.items()), default=0.0)
    return strength, elsewhere

