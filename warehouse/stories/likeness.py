"""What documents have in common: sums, over the terms of both, of what each weighs in the one times in the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from warehouse.stories.background import Floats
from warehouse.stories.weights import Weighed

# What a term that two documents have in common counts: its weight in the one times that in the other; None is 1.
Way = tuple[Floats | None, Floats | None]

# Products of weights that are held at once.
_PRODUCTS = 1_000_000

# A term that more documents have is looked at for itself.
_OFTEN = 512


def similarities(
    left: Weighed, right: Weighed, ways: Sequence[Way], rows: NDArray[np.int64], documents: int,
    wanted: NDArray[np.int64] | None = None,
) -> list[Floats]:  # fmt: skip
    """For each way (weights of `left`, weights of `right`; None: 1) the products over common terms, summed.

    `rows` are the documents of `left` that are compared with all `documents` of `right`: rows x documents flat, or,
    where `wanted` says which cells count (sorted), an entry for each of these.
    """
    size = len(rows) * documents
    place = np.full(documents, -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    entries = np.flatnonzero(place[left.docs] >= 0)
    number = np.searchsorted(left.starts, entries, side="right") - 1  # of its term
    low, runs = left.starts[number], left.starts[number + 1] - left.starts[number]
    if left is not right:
        low, runs = right.where(left.terms[number])
    at = None
    if wanted is not None:
        at = np.full(size, -1, dtype=np.int32)
        at[wanted] = np.arange(len(wanted), dtype=np.int32)
    length = size if wanted is None else len(wanted)
    sums = [np.zeros(length, np.float64) for _ in ways]
    bases = place[left.docs[entries]] * documents
    if at is None and len(often := np.flatnonzero(runs > _OFTEN)):
        for sum_, way in zip(sums, ways, strict=True):
            _add_frequent(sum_, way, entries[often], bases[often], low[often], runs[often], right.docs)
        rest = np.flatnonzero(runs <= _OFTEN)
        entries, bases, low, runs = entries[rest], bases[rest], low[rest], runs[rest]
    ends = np.cumsum(runs)
    begin = 0
    while begin < len(runs):  # in slices, so that the products never take much memory
        before = int(ends[begin - 1]) if begin else 0
        end = max(begin + 1, int(np.searchsorted(ends, before + _PRODUCTS, side="right")))
        some = runs[begin:end]
        mine = np.repeat(np.arange(begin, end), some)
        theirs = np.arange(int(some.sum())) + np.repeat(low[begin:end] - (ends[begin:end] - some - before), some)
        cells = bases[mine] + right.docs[theirs]
        if at is not None:
            cells = at[cells]
            kept = np.flatnonzero(cells >= 0)
            cells, mine, theirs = cells[kept], mine[kept], theirs[kept]
        own = entries[mine]
        for sum_, (one, other) in zip(sums, ways, strict=True):
            products = _product(one, own, other, theirs)
            sum_ += np.bincount(cells, weights=products, minlength=length)
        begin = end
    return [s.astype(np.float32) for s in sums]


def _add_frequent(
    sums: NDArray[np.float64], way: Way, entries: NDArray[np.int64], bases: NDArray[np.int64], low: NDArray[np.int64],
    runs: NDArray[np.int64], docs: NDArray[np.int32],
) -> None:  # fmt: skip
    """Adds the products of terms that many documents have, a term of a row at a time: no document has one twice."""
    one, other = way
    for place in np.argsort(bases, kind="stable").tolist():
        begin, end = low[place], low[place] + runs[place]
        own = 1.0 if one is None else one[entries[place]]
        row = sums[bases[place] :]
        row[docs[begin:end]] += own if other is None else own * other[begin:end]


def _product(one: Floats | None, own: NDArray[np.int64], other: Floats | None, theirs: NDArray[np.int64]) -> Floats:
    if one is None:
        return np.ones(len(theirs), np.float32) if other is None else other[theirs]
    return one[own] if other is None else one[own] * other[theirs]
