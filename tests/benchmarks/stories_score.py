"""Scores of stories, alerts and turns: BCubed, pairwise, alert_once, C_min, key dates, turns of our own sagas.

The definitions are those of the usual ones (Amigó 2009 for BCubed, the TDT evaluation for C_min with C_miss = 1,
C_fa = .1, P_target = .02). `alert_once` is order-free: of every labelled story exactly one article should be alerted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

Row = Mapping[str, Any]


def f1(precision: float, recall: float) -> float:
    """Harmonic mean; 0 where both are."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def score_clusters(
    labels: Sequence[Row], story: Mapping[str, str], alerts: Mapping[str, bool], novelty: Mapping[str, float]
) -> dict[str, float]:
    """Figures over the rows with a story label, in the file's order."""
    rows = [(r["id"], r["story"]) for r in labels if r.get("story")]
    gold = Counter(g for _, g in rows)
    predicted = Counter(story[i] for i, _ in rows)
    both = Counter((g, story[i]) for i, g in rows)
    n = len(rows)
    p = sum(c * c / predicted[k] for (_, k), c in both.items()) / n
    r = sum(c * c / gold[g] for (g, _), c in both.items()) / n
    pairs = sum(c * (c - 1) // 2 for c in both.values())
    pairs_predicted = sum(c * (c - 1) // 2 for c in predicted.values())
    pairs_gold = sum(c * (c - 1) // 2 for c in gold.values())
    told = Counter(g for i, g in rows if alerts[i])
    total = sum(told.values())
    return {
        "bcubed_p": p, "bcubed_r": r, "bcubed": f1(p, r),
        "pairwise": f1(pairs / pairs_predicted if pairs_predicted else 1.0, pairs / pairs_gold if pairs_gold else 1.0),
        "alert_once": f1(len(told) / total if total else 0.0, len(told) / len(gold)),
        "exactly_once": sum(v == 1 for v in told.values()) / len(gold),
        "c_min": c_min(rows, novelty),
    }  # fmt: skip


def c_min(rows: Sequence[tuple[str, str]], novelty: Mapping[str, float]) -> float:
    """The least normalised detection cost of first stories over all thresholds of novelty."""
    seen: set[str] = set()
    first: dict[str, bool] = {}
    for i, g in rows:
        first[i] = g not in seen
        seen.add(g)
    targets = sum(first.values())
    others = len(rows) - targets
    if not others:
        return 0.0
    by_value: dict[float, list[str]] = defaultdict(list)
    for i, _ in rows:
        by_value[round(novelty[i], 5)].append(i)
    missed, false = targets, 0
    best = 1.0
    for value in sorted(by_value, reverse=True):
        missed -= sum(first[i] for i in by_value[value])
        false += sum(not first[i] for i in by_value[value])
        best = min(best, missed / targets + 4.9 * false / others)
    return best


def score_timelines(
    labels: Sequence[Row], alerts: Mapping[str, bool], timelines: Mapping[str, Mapping[str, object]]
) -> dict[str, dict[str, float]]:
    """Alerts against the dates of editors' timelines: hit on the day or the day after."""
    found: dict[str, dict[str, float]] = {}
    sums = [0.0] * 5
    for name, timeline in timelines.items():
        rows = [r for r in labels if r.get("storyline") == name]
        if not rows:
            continue
        key = {_day(k) for k in timeline}
        days = {_day(r["published"]) for r in rows}
        covered = {k for k in key if k in days or k + 1 in days}
        alerted = [_day(r["published"]) for r in rows if alerts[r["id"]]]
        right = sum(d in key or d - 1 in key for d in alerted)
        hit = {k for k in covered if k in alerted or k + 1 in alerted}
        chance = sum(_day(r["published"]) in key or _day(r["published"]) - 1 in key for r in rows)
        found[name] = _timeline(len(alerted), right, len(hit), len(covered), chance / len(rows))
        for i, v in enumerate((len(alerted), right, len(hit), len(covered), chance)):
            sums[i] += v
    if found:
        n = sum(1 for r in labels if r.get("storyline") in found)
        found["ALL"] = _timeline(int(sums[0]), int(sums[1]), int(sums[2]), int(sums[3]), sums[4] / n)
    return found


def _timeline(alerts: int, right: int, hit: int, covered: int, chance: float) -> dict[str, float]:
    return {
        "alerts": alerts, "precision": right / alerts if alerts else 0.0, "recall": hit / covered if covered else 0.0,
        "per_hit": alerts / hit if hit else 0.0, "chance": chance,
    }  # fmt: skip


def _day(stated: str) -> int:
    return date.fromisoformat(stated[:10]).toordinal()


def score_sagas(labels: Sequence[Row], alerts: Mapping[str, bool]) -> list[str]:
    """Turns told exactly once, turns missed, and the share of alerts that no turn deserved (background, repeats)."""
    turns = {(r["storyline"], r["turn"]) for r in labels if r.get("turn") is not None}
    told: Counter[tuple[str, int]] = Counter()
    false: Counter[str] = Counter()
    for row in labels:
        if not alerts[row["id"]]:
            continue
        if row.get("turn") is None or row.get("kind") not in ("report", "copy"):
            false[str(row.get("kind"))] += 1
        else:
            told[(row["storyline"], row["turn"])] += 1
    repeated = sum(v - 1 for v in told.values())
    total = sum(told.values()) + sum(false.values())
    once = sum(v == 1 for v in told.values())
    share = (sum(false.values()) + repeated) / total if total else 0.0
    return [
        f"turns {len(turns)}: told once {once / max(1, len(turns)):.3f}, "
        f"told at all {len(told) / max(1, len(turns)):.3f}; alerts {total}, "
        f"false {share:.3f} (repeats {repeated}, {dict(false)})"
    ]
