"""Which blocks of a page are the article: two small forests, the second of which sees what the first one thinks of
each block's neighbours."""

from __future__ import annotations

from functools import cache

import numpy as np

from extractors.pages.blocks import PageBlocks
from extractors.pages.features import FEATURES, SCORE_FEATURES, Floats, score_rows
from extractors.pages.forest import Forest, load_forests, read_weights

WEIGHTS = "blocks.npz"
KEPT = 0.5  # probability from which a block is article


def score_blocks(page: PageBlocks, rows: Floats, forests: tuple[Forest, Forest] | None = None) -> Floats:
    """For each block the probability that it is article text; `forests` are the packaged ones by default."""
    first, second = forests or packaged_forests()
    scores = first.probabilities(rows)
    if not len(scores):
        return scores
    return second.probabilities(np.hstack([rows, score_rows(page, rows, scores)]))


def choose_blocks(page: PageBlocks, rows: Floats, forests: tuple[Forest, Forest] | None = None) -> list[int]:
    """The places of the blocks that are article, in reading order; a long text that stands three times is none."""
    scores = score_blocks(page, rows, forests)
    repeats = rows[:, FEATURES.index("repeats")]
    first = rows[:, FEATURES.index("first_of_twins")]
    words = rows[:, 0]
    keep = (scores >= KEPT) & ~((words >= 5) & ((repeats >= 3) | ((repeats == 2) & (first == 0))))
    return [int(i) for i in np.flatnonzero(keep)]


@cache
def packaged_forests() -> tuple[Forest, Forest]:
    """The two forests in `blocks.npz`. Raises ValueError if they were trained on other features than this code's."""
    forests, about = load_forests(read_weights(WEIGHTS))
    if about.get("features") != " ".join((*FEATURES, *SCORE_FEATURES)):
        raise ValueError(f"{WEIGHTS} was trained on other features; run tests.benchmarks.train_blocks --write")
    return forests["first"], forests["second"]
