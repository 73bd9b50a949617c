"""Gradient-boosted trees in numpy: what was trained with scikit-learn is evaluated here without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from warehouse.dedupe.arrays import Array


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
        trees = np.arange(len(self.feature))
        return np.stack([self._raw_of(row, trees) for row in rows])

    def _raw_of(self, row: Array, trees: Array) -> Array:
        at = np.zeros(len(trees), dtype=np.int64)
        for _ in range(self.depth):
            goes_left = row[self.feature[trees, at]] <= self.threshold[trees, at]
            at = np.where(goes_left, self.left[trees, at], self.right[trees, at])
        leaves = self.value[trees, at].reshape(-1, len(self.baseline))
        return np.asarray(leaves.sum(axis=0) + self.baseline)


def sigmoid(raw: Array) -> Array:
    """Probabilities of log-odds."""
    return np.asarray(1.0 / (1.0 + np.exp(-raw)))
