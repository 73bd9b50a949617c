"""Gradient-boosted trees in numpy: what was trained with scikit-learn is evaluated here without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from warehouse.dedupe.reading import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Trees:
    """Boosted regression trees: arrays of shape (trees, nodes); a leaf points at itself. `classes` trees a round."""

    feature: Array
    threshold: Array
    left: Array
    right: Array
    value: Array
    baseline: Array
    depth: int

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array], prefix: str) -> Trees:
        """The trees stored under a prefix of the weights file."""
        names = ("feature", "threshold", "left", "right", "value", "baseline")
        found = {name: arrays[f"{prefix}_{name}"] for name in names}
        return cls(**found, depth=int(arrays[f"{prefix}_depth"]))

    def raw(self, rows: Array) -> Array:
        """Sums of leaves: rows (n, features) give (n, classes)."""
        count, trees = len(rows), len(self.feature)
        at = np.zeros((count, trees), dtype=np.int64)
        tree = np.arange(trees)[None, :]
        row = np.arange(count)[:, None]
        for _ in range(self.depth):
            goes_left = rows[row, self.feature[tree, at]] <= self.threshold[tree, at]
            at = np.where(goes_left, self.left[tree, at], self.right[tree, at])
        classes = len(self.baseline)
        leaves = self.value[tree, at].reshape(count, trees // classes, classes)
        return np.asarray(leaves.sum(axis=1) + self.baseline)


def sigmoid(raw: Array) -> Array:
    """Probabilities of log-odds."""
    return np.asarray(1.0 / (1.0 + np.exp(-raw)))


def softmax(raw: Array) -> Array:
    """Probabilities of each class, a row each."""
    shifted = np.exp(raw - raw.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))
