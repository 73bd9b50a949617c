"""Which of many articles share too few words with one to be weighed: all at once, without a verdict that differs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from warehouse.dedupe.across import in_two_languages
from warehouse.dedupe.arrays import SHINGLE, Array
from warehouse.dedupe.features import LOOK_COSINE, LOOK_SHINGLES
from warehouse.dedupe.reading import Reading

MARGIN = 0.001  # of the cosine, which is reckoned here in another order than there
TABLE_BITS = 16


def surely_unlike(ours: Reading, others: Sequence[Reading]) -> Array:
    """For each of the others whether it is certain that `worth_comparing` says no; False where it has to be asked."""
    if not others or len(ours.words) < SHINGLE:
        return np.zeros(len(others), dtype=bool)
    low = _cosines(ours, others) < LOOK_COSINE - MARGIN
    # Every word that comes for the first time ends a shingle that was not there: an article has at least as many
    # shingles as stems, but for the first two words.
    stems = np.minimum([len(r.stems[0]) for r in others], len(ours.stems[0]))
    few = _shared_at_most(ours, others) < LOOK_SHINGLES * (stems - SHINGLE + 1)
    one_language = np.array([not in_two_languages(ours, r) for r in others])
    return np.asarray(low & few & one_language)


def _cosines(ours: Reading, others: Sequence[Reading]) -> Array:
    """The cosines of the stems; 0 where an article has none."""
    counts = [len(r.stems[0]) for r in others]
    owner = np.arange(len(others)).repeat(counts)
    stems, worth = np.concatenate([r.stems[0] for r in others]), np.concatenate([r.stem_worth for r in others])
    at = ours.stems[0].searchsorted(stems)
    at[at == len(ours.stems[0])] = 0
    hit = (ours.stems[0][at] == stems).nonzero()[0]
    shared = np.bincount(owner[hit], weights=worth[hit] * ours.stem_worth[at[hit]], minlength=len(others))
    lengths = np.bincount(owner, weights=worth * worth, minlength=len(others))
    return np.asarray(shared / np.sqrt(np.maximum(1e-12, lengths * float(ours.stem_worth @ ours.stem_worth))))


def _shared_at_most(ours: Reading, others: Sequence[Reading]) -> Array:
    """How many shingles are shared at most: those that agree in their lowest bits, repeated ones counted again."""
    table = np.zeros(1 << TABLE_BITS, dtype=bool)
    lowest = np.uint64((1 << TABLE_BITS) - 1)
    table[ours.shingles & lowest] = True
    hits = table[np.concatenate([r.shingles for r in others]) & lowest]
    owner = np.arange(len(others)).repeat([len(r.shingles) for r in others])
    return np.bincount(owner[hits], minlength=len(others))
