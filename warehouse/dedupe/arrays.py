"""Arrays of hashes: shingles, distinct values, where two meet."""

from __future__ import annotations

from typing import Final

import numpy as np

Array = np.ndarray

SHINGLE: Final = 3
SHINGLE_MIX: Final = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9))


def hash_runs(values: Array, fresh: Array) -> Array:
    """One 64-bit hash for each run: of its values in order; `fresh` tells where runs begin, the first included."""
    starts = fresh.nonzero()[0]
    with np.errstate(over="ignore"):
        position = (np.arange(len(values)) - starts[fresh.cumsum() - 1]).astype(np.uint64)
        return np.asarray(np.add.reduceat(values * (position * np.uint64(2) + SHINGLE_MIX[0]), starts))


def shingle(hashes: Array, width: int = SHINGLE) -> Array:
    """Hashes of `width` words in a row."""
    if len(hashes) == 0:
        return np.empty(0, dtype=np.uint64)
    width = min(width, len(hashes))
    with np.errstate(over="ignore"):
        mixed = np.zeros(len(hashes) - width + 1, dtype=np.uint64)
        for i in range(width):
            mixed += hashes[i : i + len(mixed)] * SHINGLE_MIX[i]
        return mix(mixed)


def unit(values: Array) -> Array:
    """The vector at length one; the zero vector stays."""
    length = float(np.sqrt((values * values).sum()))
    return np.asarray(values / length, dtype=np.float32) if length else np.asarray(values, dtype=np.float32)


def sentence_keys(stems: Array, sentences: Array) -> Array:
    """A key for a stem in a sentence of a given number."""
    with np.errstate(over="ignore"):
        return np.asarray(stems + sentences.astype(np.uint64) * SHINGLE_MIX[0])


def distinct(values: Array) -> Array:
    """The distinct values, sorted; as `numpy.unique`, three times as fast for the few hundred words of an article."""
    ordered = np.sort(values)
    if len(ordered) < 2:
        return ordered
    return np.asarray(ordered[first_of_runs(ordered)])


def distinct_places(values: Array) -> tuple[Array, Array, Array]:
    """The distinct values, sorted, where each stands first and how often it occurs."""
    order = values.argsort(kind="stable")
    ordered = values[order]
    starts = first_of_runs(ordered).nonzero()[0]
    ends = np.empty_like(starts)
    ends[:-1], ends[-1:] = starts[1:], len(ordered)
    return ordered[starts], order[starts], ends - starts


def first_of_runs(values: Array) -> Array:
    """Which values differ from the one before."""
    fresh = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=fresh[1:])
    return fresh


def meet(a: Array, b: Array) -> tuple[Array, Array]:
    """Where two sorted arrays of distinct values meet: positions in each, in order."""
    if len(a) > len(b):
        other, own = meet(b, a)
        return own, other
    if len(a) == 0:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    at = b.searchsorted(a)
    at[at == len(b)] = 0
    own = (b[at] == a).nonzero()[0]
    return own, at[own]


def mix(values: Array) -> Array:
    """Spreads the bits evenly (the finaliser of SplitMix64, Steele et al. 2014)."""
    with np.errstate(over="ignore"):
        z = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray(z ^ (z >> np.uint64(31)))


def character_grams(text: str, width: int = 4) -> tuple[Array, Array]:
    """Hashed grams of `width` characters that do not span white space, sorted, with their counts."""
    codes = np.frombuffer(" ".join(text.lower().split()).encode("utf-32-le", "replace"), dtype=np.uint32)
    if len(codes) < width:
        return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64)
    wide = codes.astype(np.uint64)
    with np.errstate(over="ignore"):
        mixed = np.zeros(len(wide) - width + 1, dtype=np.uint64)
        for i in range(width):
            mixed = mixed * np.uint64(0x100000001B3) + wide[i : i + len(mixed)]
    space = codes == 32
    inner = np.ones(len(mixed), dtype=bool)
    for i in range(1, width - 1):
        inner &= ~space[i : i + len(mixed)]
    grams, counts = np.unique(mixed[inner], return_counts=True)
    return grams, counts
