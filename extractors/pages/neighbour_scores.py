"""What the first model thinks of the blocks around a block, in numbers: the second model's additional features."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from extractors.pages.blocks import PageBlocks
from extractors.pages.features import OFFSETS, Floats, shifted

_SCORED: Final = ("own", "parent_mean", "signature_mean", "grand_mean", "before_mean", "after_mean", "kept_before",
                  "kept_after", "gap_before", "gap_after", "page_kept")  # fmt: skip
SCORE_FEATURES: Final[tuple[str, ...]] = (
    *(f"score_{name}" for name in _SCORED),
    *(f"score@{offset}" for offset in OFFSETS),
)


def score_rows(page: PageBlocks, features: Floats, scores: Floats) -> Floats:
    """One row a block, one column a feature of `SCORE_FEATURES`: the first model's scores around each block."""
    n = len(scores)
    words = features[:, 0]
    nodes = page.nodes
    parents = np.array([max(nodes[b.node].parent, 0) for b in page.blocks])
    grands = np.array([max(nodes[p].parent, 0) for p in parents])
    names: dict[str, int] = {}
    signatures = np.array([names.setdefault(nodes[b.node].signature, len(names)) for b in page.blocks])
    kept = scores > 0.5
    weight: Floats = (np.minimum(words, 60.0) + 1.0).astype(np.float32)
    total_before = np.cumsum(words * kept) - words * kept
    total_after = (words * kept).sum() - total_before - words * kept
    columns = [
        scores, *(_group_mean(g, scores, weight) for g in (parents, signatures, grands)),
        _decayed(scores, weight), _decayed(scores[::-1], weight[::-1])[::-1],
        total_before, total_after, _gap(kept), _gap(kept[::-1])[::-1], np.full(n, float((words * kept).sum())),
        *(shifted(scores, offset, -1.0) for offset in OFFSETS),
    ]  # fmt: skip
    return np.stack(columns, axis=1).astype(np.float32)


def _group_mean(groups: npt.NDArray[np.int64], scores: Floats, weight: Floats) -> Floats:
    """Weighted mean score of the other blocks in the same group; -1 where a block is alone."""
    size = int(groups.max()) + 1
    total = np.bincount(groups, weight, size)[groups] - weight
    summed = np.bincount(groups, weight * scores, size)[groups] - weight * scores
    return np.where(total > 0.5, summed / np.maximum(total, 0.5), -1.0).astype(np.float32)


def _decayed(scores: Floats, weight: Floats) -> Floats:
    """Weighted mean score of the blocks before, nearer ones counting more."""
    out = np.empty_like(scores)
    top = bottom = 0.0
    for i, (score, w) in enumerate(zip(scores.tolist(), weight.tolist(), strict=True)):
        out[i] = top / bottom if bottom else -1.0
        top, bottom = 0.7 * top + w * score, 0.7 * bottom + w
    return out


def _gap(kept: npt.NDArray[np.bool_]) -> Floats:
    """How many blocks ago the last kept one was; 99 where there was none."""
    out = np.empty(len(kept), np.float32)
    gap = 99.0
    for i, k in enumerate(kept.tolist()):
        out[i] = gap
        gap = 0.0 if k else min(gap + 1.0, 99.0)
    return out
