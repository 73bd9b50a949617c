"""A gradient-boosted forest as a few arrays: trained elsewhere, asked here with numpy alone.

Every inner node keeps, as a bit mask over its tree's leaves, those that stay possible when its test fails. All tests
of all rows are made at once; what the failed ones rule out is taken away; the lowest bit left is the leaf. (The idea is
QuickScorer's: Lucchese et al., SIGIR 2015.)
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
MAX_LEAVES = 32


@dataclass(frozen=True, slots=True)
class Forest:
    """Nodes of all trees in a row: `x[feature] <= threshold` goes left; `keeps` is the mask for going right.

    `starts` is where each tree's nodes begin, `leaves` has one row of up to 32 values a tree, `base` is added to the
    sum; the sum is a log-odds.
    """

    feature: npt.NDArray[np.int32]
    threshold: Floats
    keeps: npt.NDArray[np.uint32]
    starts: npt.NDArray[np.int64]
    leaves: Floats
    base: float = 0.0

    def probabilities(self, rows: Floats) -> Floats:
        """One probability a row."""
        if not len(rows):
            return np.zeros(0, np.float32)
        # One line of memory a node, so that everything runs along the rows.
        failed = np.take(np.ascontiguousarray(rows.T), self.feature, axis=0) > self.threshold[:, None]
        ruled_out = failed * ~self.keeps[:, None]
        trees, size = len(self.starts), len(self.feature) // len(self.starts)
        if np.array_equal(self.starts, np.arange(0, len(self.feature), size)):  # trees of one size: twice as fast
            left = ~np.bitwise_or.reduce(ruled_out.reshape(trees, size, len(rows)), axis=1)
        else:
            left = ~np.bitwise_or.reduceat(ruled_out, self.starts, axis=0)
        lowest = left & (~left + np.uint32(1))
        leaf = np.frexp(lowest.astype(np.float32))[1] - 1
        total = np.take_along_axis(self.leaves, leaf, axis=1).sum(axis=0) + self.base
        chances: Floats = (1.0 / (1.0 + np.exp(-total))).astype(np.float32)
        return chances


def forest_from_trees(trees: list[dict[str, Any]], *, scale: float = 1.0) -> Forest:
    """A forest from nested dicts as LightGBM dumps them (`split_feature`, `threshold`, `left_child`, `leaf_value`).

    Leaf values are multiplied by `scale`.
    Raises ValueError for a tree of more than 32 leaves.
    """
    feature: list[int] = []
    threshold: list[float] = []
    keeps: list[int] = []
    starts: list[int] = []
    leaves = np.zeros((len(trees), MAX_LEAVES), np.float32)
    for number, tree in enumerate(trees):
        starts.append(len(feature))
        count = 0

        def grow(node: dict[str, Any], row: npt.NDArray[np.float32] = leaves[number]) -> int:
            """Adds the node's subtree; returns the mask of its leaves."""
            nonlocal count
            if "leaf_value" in node:
                if count == MAX_LEAVES:
                    raise ValueError(f"a tree has more than {MAX_LEAVES} leaves")
                row[count] = node["leaf_value"]
                count += 1
                return 1 << (count - 1)
            place = len(feature)
            feature.append(node["split_feature"])
            threshold.append(_not_above(node["threshold"]))
            keeps.append(0)
            left = grow(node["left_child"])
            right = grow(node["right_child"])
            keeps[place] = 0xFFFFFFFF & ~left
            return left | right

        grow(tree)
        if starts[-1] == len(feature):  # a tree of one leaf: a test that never fails stands for it
            feature.append(0)
            threshold.append(float("inf"))
            keeps.append(0xFFFFFFFF)
    return Forest(np.array(feature, np.int32), np.array(threshold, np.float32), np.array(keeps, np.uint32),
                  np.array(starts, np.int64), leaves * np.float32(scale))  # fmt: skip


def save_forests(forests: dict[str, Forest], about: dict[str, str]) -> bytes:
    """The forests as one compressed numpy archive; `about` (what they were trained on) is kept beside them."""
    arrays: dict[str, npt.NDArray[Any]] = {}
    for name, forest in forests.items():
        for part in ("feature", "threshold", "keeps", "starts", "leaves"):
            arrays[f"{name}.{part}"] = getattr(forest, part)
        arrays[f"{name}.base"] = np.array(forest.base)
    for key, text in about.items():
        arrays[f"about.{key}"] = np.array(text)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def load_forests(data: bytes) -> tuple[dict[str, Forest], dict[str, str]]:
    """What `save_forests` wrote."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        names = sorted({key.split(".")[0] for key in arrays.files} - {"about"})
        forests = {
            name: Forest(
                feature=arrays[f"{name}.feature"], threshold=arrays[f"{name}.threshold"], keeps=arrays[f"{name}.keeps"],
                starts=arrays[f"{name}.starts"], leaves=arrays[f"{name}.leaves"], base=float(arrays[f"{name}.base"]),
            )
            for name in names
        }  # fmt: skip
        about = {key[6:]: str(arrays[key]) for key in arrays.files if key.startswith("about.")}
    return forests, about


def read_weights(name: str) -> bytes:
    """The packaged weights `name`, checked against `name.sha256` beside them.

    Raises ValueError where they do not match: half an installation, or weights that somebody exchanged.
    """
    folder = files("extractors.pages")
    data = (folder / name).read_bytes()
    wanted = (folder / f"{name}.sha256.txt").read_text(encoding="ascii").split()[0]
    if hashlib.sha256(data).hexdigest() != wanted:
        raise ValueError(f"{name} does not match its checksum; install sovwatch again")
    return data


def _not_above(threshold: float) -> float:
    """The largest float32 that is not above the threshold, so that float32 rows take the same way as in training."""
    value = np.float32(threshold)
    return float(value if float(value) <= threshold else np.nextafter(value, np.float32(-np.inf)))
