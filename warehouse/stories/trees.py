"""A small learned model: boosted trees and a logistic regression, averaged; numpy only, no training library needed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from warehouse.stories.background import Floats

MODEL_FILE = "models.npz"
MODEL_SHA256 = "9add0716bce61304133bb792c667468b3207400621c87d9a6853f09219ddfe55"

_ROWS = 2048

# A tree's leaves are the bits of one number.
_MOST_LEAVES = 16
_LOWEST_BIT = np.array([(n & -n).bit_length() - 1 for n in range(1 << _MOST_LEAVES)], dtype=np.int64)

Masks = NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees in a form that is evaluated by feature, not by node (after QuickScorer, Lucchese 2015).

    `thresholds[f]` are the sorted thresholds of feature f; `masks[f][n]` has for each tree the leaves that can still be
    reached where n of them lie below the value. The leaf of a row is the lowest bit left in all of its masks.
    `values[tree, leaf]`.
    """

    thresholds: tuple[Floats, ...]
    masks: tuple[Masks, ...]
    values: Floats

    def leaf_values(self, features: NDArray[np.float32]) -> Floats:
        """For each row of features the value of the leaf that it ends in, of each tree."""
        left = np.full((len(features), len(self.values)), np.iinfo(np.uint16).max, dtype=np.uint16)
        for column, (thresholds, masks) in enumerate(zip(self.thresholds, self.masks, strict=True)):
            if len(thresholds):
                left &= masks.take(np.searchsorted(thresholds, features[:, column], side="left"), axis=0)
        leaf = _LOWEST_BIT.take(left)
        leaf += np.arange(len(self.values)) * self.values.shape[1]
        found: Floats = self.values.ravel().take(leaf)
        return found


def forest_from(
    feature: NDArray[np.int16], threshold: Floats, left: NDArray[np.int32], right: NDArray[np.int32], value: Floats,
    roots: NDArray[np.int32], *, features: int,
) -> Forest:  # fmt: skip
    """The forest of trees given by their nodes; a node with `left` < 0 is a leaf.

    Raises ValueError where a tree has more leaves than a mask has bits.
    """
    splits: list[list[tuple[float, int, int]]] = [[] for _ in range(features)]
    values = np.zeros((len(roots), _MOST_LEAVES), dtype=np.float32)

    def walk(tree: int, node: int, leaves: int) -> int:
        """Numbers the leaves below a node from `leaves` on, from left to right; returns the next number."""
        if left[node] < 0:
            if leaves >= _MOST_LEAVES:
                raise ValueError(f"a tree has more than {_MOST_LEAVES} leaves")
            values[tree, leaves] = value[node]
            return leaves + 1
        middle = walk(tree, int(left[node]), leaves)
        lost = (1 << middle) - (1 << leaves)
        splits[int(feature[node])].append((float(threshold[node]), tree, lost))
        return walk(tree, int(right[node]), middle)

    for tree, root in enumerate(roots.tolist()):
        walk(tree, root, 0)
    thresholds = tuple(np.unique(np.array([t for t, _, _ in some], dtype=np.float32)) for some in splits)
    masks = []
    for some, sorted_thresholds in zip(splits, thresholds, strict=True):
        mask = np.full((len(sorted_thresholds) + 1, len(roots)), np.iinfo(np.uint16).max, dtype=np.uint16)
        for least, tree, lost in some:
            mask[int(np.searchsorted(sorted_thresholds, np.float32(least))) + 1 :, tree] &= np.uint16(0xFFFF ^ lost)
        masks.append(mask)
    return Forest(thresholds, tuple(masks), values)


@dataclass(frozen=True, slots=True)
class Model:
    """Boosted forests in one set of trees, and a standardised logistic regression.

    `tree_forest` says which forest each tree belongs to.
    """

    forest: Forest
    tree_forest: NDArray[np.int16]
    baselines: Floats
    mean: Floats
    scale: Floats
    weights: Floats
    bias: float

    def probability(self, features: NDArray[np.float32]) -> Floats:
        """For each row of features the mean probability of the forests and the regression, 0 to 1."""
        if not len(features):
            return np.zeros(0, np.float32)
        return np.concatenate([self._some(features[i : i + _ROWS]) for i in range(0, len(features), _ROWS)])

    def _some(self, features: NDArray[np.float32]) -> Floats:
        values = self.forest.leaf_values(features)
        scores = [
            self.baselines[f] + values[:, self.tree_forest == f].sum(axis=1) for f in range(len(self.baselines))
        ]
        scores.append(((features - self.mean) / self.scale) @ self.weights + self.bias)
        odds = np.clip(np.stack(scores), -30, 30)
        mean: Floats = (1.0 / (1.0 + np.exp(-odds))).mean(axis=0).astype(np.float32)
        return mean


def model_from(arrays: Mapping[str, NDArray[Any]], name: str) -> Model:
    """The model stored under `name/...` in the arrays of a file."""
    get = {key.split("/", 1)[1]: value for key, value in arrays.items() if key.startswith(f"{name}/")}
    forest = forest_from(
        get["feature"], get["threshold"], get["left"], get["right"], get["value"], get["roots"],
        features=len(get["mean"]),
    )  # fmt: skip
    return Model(
        forest=forest, tree_forest=get["tree_forest"], baselines=get["baselines"], mean=get["mean"],
        scale=get["scale"], weights=get["weights"], bias=float(get["bias"]),
    )  # fmt: skip


@cache
def load_models() -> dict[str, Model]:
    """The shipped models by name; raises ValueError where the file is not the one this code was released with."""
    data = (files("warehouse.stories") / MODEL_FILE).read_bytes()
    if hashlib.sha256(data).hexdigest() != MODEL_SHA256:
        raise ValueError(f"{MODEL_FILE} is not the file that this release was built with")
    with np.load(BytesIO(data)) as stored:
        arrays = {key: stored[key] for key in stored.files}
    return {name: model_from(arrays, name) for name in sorted({key.split("/")[0] for key in arrays if "/" in key})}
