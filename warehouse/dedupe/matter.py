"""What an article is about, and whether the other is about it too; where in it the common part stands.

Series share appeals, footers and a paragraph that introduces the programme; a round-up shares a paragraph with the
report that it points to. What a copy keeps is the matter itself: the words that the article comes back to.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from warehouse.dedupe.arrays import Array, distinct_places, meet
from warehouse.dedupe.reading import Reading

TOPICS: Final = 12
TELLING: Final = 2.5
IN_TITLE: Final = 1.5
PARTS: Final = 5


def topics_kept(r: Reading, keep: Array, other: Reading) -> float:
    """How much of what an article is about the other one names at all, 0 to 1; 0.5 where little is to go by.

    What it is about: the twelve stems that weigh most by rarity, by how often they come and by standing in the title.
    """
    stems, first, counts = distinct_places(r.words.stem[keep])
    weights = r.words.weight[keep][first]
    worth = np.where(weights < TELLING, 0.0, weights * (1.0 + np.log(counts)))
    worth = worth * np.where(np.isin(stems, r.title_words.stem), IN_TITLE, 1.0)
    best = np.sort(worth.argsort()[-TOPICS:])
    stems, worth = stems[best], worth[best]
    there = np.isin(stems, other.title_words.stem)
    there[meet(stems, other.stems[0])[0]] = True
    return (float(worth[there].sum()) + 3.0) / (float(worth.sum()) + 6.0)


def rest_of(r: Reading, keep: Array, matched: Array, cover: Array, weight: Array) -> float:
    """How much of what does not stand word for word in the other stands there in other words, 0 to 1.

    Of the sentences less than a third of which is word for word; 0.5 where there is no other. A reworded copy has some
    of every sentence; texts that share a passage have nothing of the rest.
    """
    count = len(weight)
    sentence = r.words.sentence
    kept = np.bincount(sentence[keep], minlength=count)[:count]
    same = np.bincount(sentence[matched], minlength=count)[:count]
    rest = (3 * same < kept) & (weight > 0)
    total = float(weight[rest].sum())
    if total <= 0 or total < 0.1 * float(weight.sum()):
        return 0.5
    return float((weight * cover)[rest].sum()) / total


def spread_of(cover: Array, weight: Array) -> tuple[float, float]:
    """In how many fifths of the text something is found in the other, and how much of that stands in one block.

    Both 0 to 1; the block is 0.5 where nothing is found.
    """
    counted = np.flatnonzero(weight > 0)
    if len(counted) == 0:
        return 0.0, 0.5
    cover, weight = cover[counted], weight[counted]
    part = np.minimum(PARTS - 1, np.arange(len(cover)) * PARTS // max(PARTS, len(cover)))
    total = np.bincount(part, weights=weight, minlength=PARTS)
    found = np.bincount(part, weights=weight * cover, minlength=PARTS)
    spread = float((found > 0.35 * total)[total > 0].mean())
    good = cover > 0.5
    if not good.any():
        return spread, 0.5
    edges = np.flatnonzero(np.diff(np.concatenate(([0], good.view(np.int8), [0]))))
    sums = np.concatenate(([0.0], np.cumsum(weight * good)))
    blocks = sums[edges[1::2]] - sums[edges[::2]]
    return spread, float(blocks.max() / blocks.sum())
