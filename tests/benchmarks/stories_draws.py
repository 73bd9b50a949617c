"""How far the figures of stories would move with other stories: intervals, and differences of two runs in pairs.

Labelled stories are drawn again with replacement. Each article's BCubed precision and recall, and its share of the
pairs that its cluster holds, are those of the whole set, so that a draw needs no new clustering.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Row = Mapping[str, Any]
Drawn = dict[str, NDArray[np.float64]]

DRAWS = 1000


def draw_figures(
    labels: Sequence[Row], story: Mapping[str, str], alerts: Mapping[str, bool], novelty: Mapping[str, float], *,
    draws: int = DRAWS, seed: int = 1,
) -> Drawn:  # fmt: skip
    """Each figure over all stories (place 0), then over each draw; the same draws for any run over the same labels."""
    rows = [(str(r["id"]), str(r["story"])) for r in labels if r.get("story")]
    names = sorted({g for _, g in rows})
    number = {name: i for i, name in enumerate(names)}
    of = np.array([number[g] for _, g in rows])
    gold = Counter(g for _, g in rows)
    predicted = Counter(story[i] for i, _ in rows)
    both = Counter((g, story[i]) for i, g in rows)
    held = np.array([both[g, story[i]] for i, g in rows], dtype=np.float64)
    of_predicted = np.array([predicted[story[i]] for i, _ in rows], dtype=np.float64)
    of_gold = np.array([gold[g] for _, g in rows], dtype=np.float64)
    alerted = np.array([alerts[i] for i, _ in rows], dtype=np.float64)

    def by_story(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(of, weights=values, minlength=len(names))

    weights = np.ones((draws + 1, len(names)))
    weights[1:] = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), draws)
    told = by_story(alerted)
    sums = np.stack([
        by_story(np.ones(len(rows))), by_story(held / of_predicted), by_story(held / of_gold), by_story((held - 1) / 2),
        by_story((of_predicted - 1) / 2), by_story((of_gold - 1) / 2), told, (told > 0) * 1.0, (told == 1) * 1.0,
    ], axis=1)  # fmt: skip
    n, precise, recalled, pairs, pairs_predicted, pairs_gold, total, some, once = (weights @ sums).T
    return {
        "bcubed": _f1(precise / n, recalled / n),
        "pairwise": _f1(_share(pairs, pairs_predicted), _share(pairs, pairs_gold)),
        "alert_once": _f1(_share(some, total), some / len(names)),
        "exactly_once": once / len(names),
        "c_min": _c_min(rows, of, weights, novelty),
    }


def intervals(drawn: Drawn) -> dict[str, tuple[float, float]]:
    """The middle 95 % of each figure's draws."""
    return {name: _middle(values[1:]) for name, values in drawn.items()}


def differences(new: Drawn, old: Drawn) -> dict[str, tuple[float, float, float]]:
    """By how much each figure of one run is above that of another, and the middle 95 % of it over the draws."""
    return {name: (float(v[0] - old[name][0]), *_middle(v[1:] - old[name][1:])) for name, v in new.items()}


def _c_min(
    rows: Sequence[tuple[str, str]], of: NDArray[np.int64], weights: NDArray[np.float64], novelty: Mapping[str, float]
) -> NDArray[np.float64]:
    """The least detection cost of first stories in each draw, as `stories_score.c_min` has it for the whole set."""
    seen: set[str] = set()
    first = np.zeros(len(rows))
    for place, (_, g) in enumerate(rows):
        first[place] = g not in seen
        seen.add(g)
    values = np.array([round(novelty[i], 5) for i, _ in rows])
    order = np.argsort(-values, kind="stable")
    ends = np.flatnonzero(np.append(values[order][1:] != values[order][:-1], True))
    counted = weights[:, of[order]]
    hit = np.cumsum(counted * first[order], axis=1)
    false = np.cumsum(counted * (1 - first[order]), axis=1)
    cost = 1 - hit[:, ends] / hit[:, -1:] + 4.9 * false[:, ends] / np.maximum(false[:, -1:], 1)
    found: NDArray[np.float64] = np.minimum(cost.min(axis=1), 1.0)
    return found


def _share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(whole > 0, part / np.maximum(whole, 1e-9), 1.0)


def _f1(precision: NDArray[np.float64], recall: NDArray[np.float64]) -> NDArray[np.float64]:
    return 2 * precision * recall / np.maximum(precision + recall, 1e-9)


def _middle(values: NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.quantile(values, (0.025, 0.975))
    return float(low), float(high)
