"""Which blocks of a page are the article: two small forests, the second of which sees what the first one thinks of
each block's neighbours."""

from __future__ import annotations

from functools import cache

import numpy as np

from extractors.pages.blocks import PageBlocks
from extractors.pages.features import FEATURES, Description, Floats
from extractors.pages.forest import Forest, load_forests, read_weights
from extractors.pages.neighbour_scores import SCORE_FEATURES, score_rows

WEIGHTS = "blocks.npz"
_APART = 2  # a hint's level from which it is not shared with the main text
_ENOUGH_WORDS = 40
KEPT = 0.5  # probability from which a block is article


def score_blocks(page: PageBlocks, described: Description, forests: tuple[Forest, Forest] | None = None) -> Floats:
    """For each block the probability that it is article text, 0 for those that are not asked about; `forests` are the
    packaged ones by default."""
    first, second = forests or packaged_forests()
    rows, asked = described.rows, described.asked
    scores = np.zeros(len(rows), np.float32)
    if len(asked):
        scores[asked] = first.probabilities(rows[asked])
        around = score_rows(page, rows, scores)
        scores[asked] = second.probabilities(np.hstack([rows[asked], around[asked]]))
    return scores


def choose_blocks(page: PageBlocks, described: Description, forests: tuple[Forest, Forest] | None = None, *,
                  kept: float = KEPT) -> list[int]:  # fmt: skip
    """The places of the blocks that are article, in reading order.

    Three things are no matter of opinion: a long text that stands on the page three times, readers' comments, and the
    small print of a consent dialogue are not article (unless hardly anything else would be left).
    """
    scores = score_blocks(page, described, forests)
    rows = described.rows
    words, repeats, first, comments, consent = (rows[:, FEATURES.index(name)] for name in (
        "words", "repeats", "first_of_twins", "comments_level", "consent_level"))  # fmt: skip
    keep = (scores >= kept) & ~((words >= 5) & ((repeats >= 3) | ((repeats == 2) & (first == 0))))
    strict = keep & (comments < _APART) & (consent < _APART)
    if words[strict].sum() >= _ENOUGH_WORDS:
        keep = strict
    return [int(i) for i in np.flatnonzero(keep)]


@cache
def packaged_forests() -> tuple[Forest, Forest]:
    """The two forests in `blocks.npz`. Raises ValueError if they were trained on other features than this code's."""
    forests, about = load_forests(read_weights(WEIGHTS))
    if about.get("features") != " ".join((*FEATURES, *SCORE_FEATURES)):
        raise ValueError(f"{WEIGHTS} was trained on other features; run tests.benchmarks.train_blocks --write")
    return forests["first"], forests["second"]
