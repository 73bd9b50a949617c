"""Sentence by sentence: where each sentence of one article stands in the other, however it was reworded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warehouse.dedupe.arrays import Array, meet
from warehouse.dedupe.reading import Reading

MIN_SENTENCE_WEIGHT = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """For each sentence of A (then of B) how much of its weight stands in its best partner, 0 to 1, and which that is.

    `cover_ab` allows two neighbouring partners (a sentence was split), `single` is the mean of both directions for one
    partner. Sentences without telling words have weight 0.
    """

    cover_ab: Array
    partner_ab: Array
    weight_a: Array
    cover_ba: Array
    partner_ba: Array
    weight_b: Array
    single: Array  # sentences of A x sentences of B: shared weight over the weight of both


def align(a: Reading, b: Reading, keep_a: Array, keep_b: Array) -> Alignment:
    """Aligns two readings; `keep_*` tells for each word whether it counts (False: boilerplate)."""
    count_a, count_b = max(1, a.sentence_count), max(1, b.sentence_count)
    stems_a, weights_a, _ = a.stems
    ia, _ = meet(stems_a, b.stems[0])
    shared, weights = stems_a[ia], weights_a[ia]
    full_a, matrix_a = _matrix(a, shared, weights, keep_a, count_a)
    full_b, matrix_b = _matrix(b, shared, weights, keep_b, count_b)
    if len(shared) == 0:
        zero = np.zeros((count_a, count_b), dtype=np.float32)
        return Alignment(
            cover_ab=zero[:, 0], partner_ab=np.zeros(count_a, dtype=int), weight_a=full_a,
            cover_ba=zero[0], partner_ba=np.zeros(count_b, dtype=int), weight_b=full_b, single=zero,
        )  # fmt: skip
    weighted_a = matrix_a * weights
    both = weighted_a @ matrix_b.T
    pair_b = np.maximum(matrix_b[:-1], matrix_b[1:]) if count_b > 1 else matrix_b
    pair_a = np.maximum(matrix_a[:-1], matrix_a[1:]) if count_a > 1 else matrix_a
    two_ab = weighted_a @ pair_b.T
    two_ba = (matrix_b * weights) @ pair_a.T
    safe_a, safe_b = np.maximum(full_a, 1e-6), np.maximum(full_b, 1e-6)
    partner_ab, partner_ba = both.argmax(axis=1), both.argmax(axis=0)
    return Alignment(
        cover_ab=np.minimum(1.0, np.maximum(both.max(axis=1), two_ab.max(axis=1)) / safe_a),
        partner_ab=partner_ab,
        weight_a=full_a,
        cover_ba=np.minimum(1.0, np.maximum(both.max(axis=0), two_ba.max(axis=1)) / safe_b),
        partner_ba=partner_ba,
        weight_b=full_b,
        single=2 * both / np.maximum(1e-6, full_a[:, None] + full_b[None, :]),
    )


def _matrix(r: Reading, shared: Array, weights: Array, keep: Array, count: int) -> tuple[Array, Array]:
    """The weight of each sentence (distinct stems), and which shared stems it has."""
    words = r.words
    index = np.flatnonzero(keep) if not keep.all() else slice(None)
    stem, weight, sentence = words.stem[index], words.weight[index], words.sentence[index]
    matrix = np.zeros((count, max(1, len(shared))), dtype=np.float32)
    if len(shared) and len(stem):
        at = np.searchsorted(shared, stem)
        at[at == len(shared)] = 0
        hit = shared[at] == stem
        matrix[sentence[hit], at[hit]] = 1.0
        missing = ~hit
        full = matrix[:, : len(shared)] @ weights
        full = full + np.bincount(sentence[missing], weights=weight[missing], minlength=count)
    else:
        full = np.bincount(sentence, weights=weight, minlength=count).astype(np.float64)
    full = full.astype(np.float32)
    return np.where(full < MIN_SENTENCE_WEIGHT, 0, full).astype(np.float32), matrix
