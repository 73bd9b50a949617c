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
MODEL_SHA256 = "524ec3e9f5de163d26db73a894baf49c99645478e194502a1c30ce30eb286bc0"

_ROWS = 2048


@dataclass(frozen=True, slots=True)
class Model:
    """`forests` boosted forests in one set of arrays, and a standardised logistic regression.

    A node with `left` < 0 is a leaf. `tree_forest` says which forest each tree (by its root) belongs to.
    """

    feature: NDArray[np.int16]
    threshold: Floats
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: Floats
    roots: NDArray[np.int32]
    tree_forest: NDArray[np.int16]
    baselines: Floats
    depth: int
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
        node = np.broadcast_to(self.roots, (len(features), len(self.roots))).copy()
        rows = np.arange(len(features))[:, None]
        for _ in range(self.depth):
            left = self.left[node]
            goes = features[rows, self.feature[node]] <= self.threshold[node]
            node = np.where(left < 0, node, np.where(goes, left, self.right[node]))
        values = self.value[node]
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
    return Model(
        feature=get["feature"], threshold=get["threshold"], left=get["left"], right=get["right"], value=get["value"],
        roots=get["roots"], tree_forest=get["tree_forest"], baselines=get["baselines"], depth=int(get["depth"]),
        mean=get["mean"], scale=get["scale"], weights=get["weights"], bias=float(get["bias"]),
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
