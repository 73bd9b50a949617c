"""The few hashes by which an article is found again among a million: passages (FracMinHash) and telling terms."""

from __future__ import annotations

from typing import Final

import numpy as np

from warehouse.dedupe.across import LANGUAGES, find_marks
from warehouse.dedupe.arrays import Array, distinct_places
from warehouse.dedupe.reading import Reading
from warehouse.dedupe.words import hash_word

ONE_IN: Final = 10
FEWEST: Final = 24
MOST_PASSAGES: Final = 400
MOST_TERMS: Final = 24
TERM_BIT: Final = np.uint32(1)


def sketch(r: Reading, *, one_in: int = ONE_IN) -> Array:
    """The marks of an article: distinct 32-bit hashes, sorted; lowest bit 0 for a passage, 1 for a term.

    Passages are the three-word shingles whose hash is below 2**64 / `one_in`, at least 24 and at most 400 (Irber et
    al. 2022, FracMinHash); an article inside a longer one therefore shares its marks with it. Terms are the 24 that
    tell most (rare words, names and numbers) and 12 names and figures that a translation keeps.
    """
    return np.unique(np.concatenate((passages(r, one_in=one_in), terms(r), anchors(r))))


def passages(r: Reading, *, one_in: int = ONE_IN) -> Array:
    """The passage marks: 32-bit, lowest bit 0."""
    low = r.shingle_set  # sorted, so the lowest hashes come first
    count = int(np.searchsorted(low, np.uint64(2**64 // one_in)))
    chosen = low[: min(max(count, FEWEST), MOST_PASSAGES)]
    return fold(chosen) & ~TERM_BIT


def terms(r: Reading) -> Array:
    """The term marks: 32-bit, lowest bit 1."""
    words = r.words
    if len(words) == 0:
        return np.empty(0, dtype=np.uint32)
    key = np.where(r.is_name, words.surface, words.stem)
    distinct, first, counts = distinct_places(key)
    weight = words.weight[first]
    worth = weight * (1.0 + np.log(counts)) * np.where(r.is_name[first] | r.is_number[first], 1.25, 1.0)
    worth = np.where(weight < 2.5, 0.0, worth)
    worth = worth * np.where(np.isin(words.stem[first], r.title_words.stem), 1.3, 1.0)
    best = np.argsort(-worth, kind="stable")[:MOST_TERMS]
    return fold(distinct[best[worth[best] > 0]]) | TERM_BIT


def anchors(r: Reading) -> Array:
    """The marks that a translation keeps: 32-bit, lowest bit 1."""
    if r.language not in LANGUAGES:
        return np.empty(0, dtype=np.uint32)
    return np.array([hash_word(f"anchor {m}") & 0xFFFFFFFF for m in find_marks(r)], dtype=np.uint32) | TERM_BIT


def fold(hashes: Array) -> Array:
    """The low 32 bits: independent of the high ones that decide whether a shingle is kept."""
    return (hashes & np.uint64(0xFFFFFFFF)).astype(np.uint32)
