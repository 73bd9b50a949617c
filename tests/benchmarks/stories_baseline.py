"""The usual single pass: TF-IDF cosine to the best story so far, decayed by time, one threshold."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from math import exp, log, sqrt
from typing import Any

from warehouse.stories.terms import token_ids

_THRESHOLD = 0.24
_HALF_DAYS = 6.0


def predict_baseline(rows: Sequence[Mapping[str, Any]]) -> dict[str, tuple[str, bool, float]]:
    """For each article: story, whether it is the first of it, and novelty (1 minus the best similarity)."""
    seen: Counter[int] = Counter()
    centroid: dict[str, Counter[int]] = {}
    last: dict[str, int] = {}
    postings: dict[int, set[str]] = defaultdict(set)
    found: dict[str, tuple[str, bool, float]] = {}
    for total, row in enumerate(sorted(rows, key=lambda r: r["published"] or ""), start=1):
        counts = Counter(token_ids(f"{row['title']} {row['text']}", row.get("lang") or "en", limit=600))
        seen.update(counts.keys())
        weights = {t: (1 + log(n)) * log((total + 30) / seen[t]) for t, n in counts.items()}
        heaviest = sorted(weights, key=lambda t: -weights[t])[:80]
        norm = sqrt(sum(weights[t] ** 2 for t in heaviest)) or 1.0
        vector = {t: weights[t] / norm for t in heaviest}
        today = date.fromisoformat(row["published"][:10]).toordinal() if row["published"] else 0
        near: set[str] = set()
        for term in heaviest[:40]:
            near |= {s for s in postings[term] if today - last[s] <= 20}
        best, score = "", 0.0
        for story in near:
            other = centroid[story]
            size = sqrt(sum(v * v for v in other.values())) or 1.0
            cosine = sum(w * other.get(t, 0.0) for t, w in vector.items()) / size
            cosine *= exp(-(today - last[story]) / _HALF_DAYS / 2)
            if cosine > score:
                best, score = story, cosine
        new = score < _THRESHOLD
        story = row["id"] if new else best
        mean = centroid.setdefault(story, Counter())
        for term, weight in vector.items():
            mean[term] += weight  # type: ignore[assignment]
            postings[term].add(story)
        last[story] = today
        found[row["id"]] = (story, new, 1.0 - score)
    return found
