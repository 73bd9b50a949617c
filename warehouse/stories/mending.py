"""Which known stories turn out to be one, or two, by what tonight's reports have in common with them.

Nothing that was told is changed: an act is recorded, and from then on the reports concerned count as another story's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from warehouse.stories.pairs import Pairs

# Fewest publishers whose reports of tonight have to show the same thing.
_WITNESSES = 2

# Fewest reports on each side of a split.
_SIDE = 2

# Below this probability two reports are certainly not of one event.
_APART = 0.1


@dataclass(frozen=True, slots=True)
class Mend:
    """Known stories that are one (`gone` continues as `kept`), or (`gone` None) a story that is two.

    A split has in `like` the places, in the window, of the reports that tonight's are like, in `others` of the rest.
    `witnesses` are the places of tonight's reports that show it, `probability` the least of their mean probabilities.
    """

    kept: int
    gone: int | None
    witnesses: tuple[int, ...]
    probability: float
    like: tuple[int, ...] = ()
    others: tuple[int, ...] = ()


def find_mends(
    pairs: Pairs, tonight: int, stories: Sequence[int], sites: Sequence[str], began: Mapping[int, float], *,
    sure: float,
) -> list[Mend]:  # fmt: skip
    """The merges and splits that tonight's reports speak for; each story takes part in one at most.

    `stories` numbers the story of each report of the window, `sites` the publisher of each subject, `began` when each
    story did (the earlier one is kept). Two stories are one where reports of two publishers are each, in the mean,
    surely (`sure`) of the one's event and of the other's. A story is two where reports of two publishers are surely of
    the event of some of its reports, and surely not of that of the others, two at least on each side.
    """
    if not len(stories):
        return []
    like: dict[int, dict[int, float]] = defaultdict(dict)
    alike = np.flatnonzero((pairs.columns >= tonight) & (pairs.probability > _APART))
    for place, column, probability in zip(
        pairs.rows[alike].tolist(), pairs.columns[alike].tolist(), pairs.probability[alike].tolist(), strict=True
    ):
        like[place][column - tonight] = probability
    members: dict[int, list[int]] = defaultdict(list)
    for place, story in enumerate(stories):
        members[story].append(place)
    found = _merges(like, stories, members, sites, began, sure) + _splits(like, stories, members, sites, sure)
    chosen: list[Mend] = []
    taken: set[int] = set()
    for mend in sorted(found, key=lambda m: (-m.probability, m.kept, m.gone or -1)):
        touched = {mend.kept} if mend.gone is None else {mend.kept, mend.gone}
        if not touched & taken:
            chosen.append(mend)
            taken |= touched
    return chosen


def _merges(
    like: Mapping[int, Mapping[int, float]], stories: Sequence[int], members: Mapping[int, Sequence[int]],
    sites: Sequence[str], began: Mapping[int, float], sure: float,
) -> list[Mend]:  # fmt: skip
    bridges: dict[tuple[int, int], dict[int, float]] = defaultdict(dict)
    for place, row in like.items():
        sums: dict[int, float] = defaultdict(float)
        for other, probability in row.items():
            sums[stories[other]] += probability
        means = {story: total / len(members[story]) for story, total in sums.items()}
        for one, other in combinations(sorted(story for story, mean in means.items() if mean >= sure), 2):
            bridges[one, other][place] = min(means[one], means[other])
    found = []
    for (one, other), shown in bridges.items():
        if len({sites[place] for place in shown}) >= _WITNESSES:
            kept, gone = (one, other) if (began[one], one) <= (began[other], other) else (other, one)
            found.append(Mend(kept, gone, tuple(sorted(shown)), min(shown.values())))
    return found


def _splits(
    like: Mapping[int, Mapping[int, float]], stories: Sequence[int], members: Mapping[int, Sequence[int]],
    sites: Sequence[str], sure: float,
) -> list[Mend]:  # fmt: skip
    sides: dict[tuple[int, tuple[int, ...]], list[int]] = defaultdict(list)
    for place, row in like.items():
        near: dict[int, list[int]] = defaultdict(list)
        for other in row:
            near[stories[other]].append(other)
        for story, some in near.items():
            if len(some) >= _SIDE and len(members[story]) - len(some) >= _SIDE and min(row[o] for o in some) >= sure:
                sides[story, tuple(sorted(some))].append(place)
    found = []
    for (story, side), shown in sides.items():
        if len({sites[place] for place in shown}) >= _WITNESSES:
            others = tuple(place for place in members[story] if place not in side)
            least = min(sum(like[place][other] for other in side) / len(side) for place in shown)
            found.append(Mend(story, None, tuple(sorted(shown)), least, side, others))
    return found
