"""Trains the score that says which story of a night is a development of its own.

    python -m tests.benchmarks.train_turns --data DIR --sagas DIR2 --out FOLDER

Trained on real nights over the development sagas of `tests/sagas` (the two that its README keeps as test are never
read) and over the first three quarters, by date, of allsides. A story of the night is right where it brings a turn
(sagas) or an event (allsides) that no earlier one brought. How far a storyline is from its last turn is taken from the
true turns, not from what the present model told. Logistic regression, an allsides story counting .3 of one of a saga.
Writes `turn_model.json` and prints its sha256 for `turns.py`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import exp
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from tests.benchmarks.stories import load_night, nights, read_articles
from warehouse.connection import open_memory
from warehouse.stories import StoryRules, store_telling, tell_stories
from warehouse.stories.telling import Considered
from warehouse.stories.turns import TURN_FEATURES, TurnModel

KEPT_AS_TEST = ("zippa", "nimbus")
ALLSIDES_SHARE = 0.75
WEIGHT = {"saga": 1.0, "allsides": 0.3}

Row = dict[str, Any]


class Examples:
    """What there is to learn from nights that are told one after the other: features of every story of every night,
    whether it brings something that none before it brought, and its articles of that night."""

    def __init__(self, labels: Mapping[str, Row]) -> None:
        self.labels = labels
        self.features: list[list[float]] = []
        self.right: list[bool] = []
        self.articles: list[tuple[str, ...]] = []
        self._brought: set[tuple[str, Any]] = set()
        self._last: dict[str, datetime] = {}

    def learn(self, considered: Iterable[Considered], at: datetime) -> None:
        """Adds the stories of a night."""
        for story in considered:
            brings = {event for a in story.article_ids if (event := _event(self.labels[a])) is not None}
            new = bool(brings - self._brought)
            last = self._last.get(story.storyline_id)
            days = (at - last).total_seconds() / 86_400 if last is not None else None
            self.features.append(_with_true_rest(story.features, days))
            self.right.append(new)
            self.articles.append(story.article_ids)
            if new:
                self._brought |= brings
                self._last[story.storyline_id] = at.astimezone(UTC)


def examples(path: Path, share: float = 1.0) -> Examples:
    """The examples of a set's first nights, told with what is shipped."""
    rows = read_articles(path)
    rows = rows[: int(len(rows) * share)]
    found = Examples({r["id"]: r for r in (json.loads(line) for line in path.open(encoding="utf-8"))})
    con = open_memory()
    seen = 0
    for at, night in nights(rows):
        load_night(con, night, at, seen)
        seen += len(night)
        telling = tell_stories(con, as_of=at + timedelta(hours=23), rules=StoryRules(all_topics=True))
        store_telling(con, telling, run_id=at.isoformat())
        found.learn(telling.considered, at)
    con.close()
    return found


def _event(label: Row) -> tuple[str, Any] | None:
    if "kind" not in label:
        return "story", label["story"]
    reports = label["kind"] in ("report", "copy") and label["turn"] is not None
    return (label["storyline"], label["turn"]) if reports else None


def _with_true_rest(features: Sequence[float], days: float | None) -> list[float]:
    changed = dict(zip(TURN_FEATURES, features, strict=True))
    changed["rest 2 days"] = 1.0 if days is None else 1.0 - exp(-days / 2.0)
    changed["rest 10 days"] = 1.0 if days is None else 1.0 - exp(-days / 10.0)
    changed["storyline told"] = float(days is not None)
    return list(changed.values())


def fit_turns(features: Sequence[Sequence[float]], right: Sequence[bool], weights: Sequence[float]) -> TurnModel:
    """The score, fitted; numbers rounded as they are stored."""
    every = np.array(features)
    scaler = StandardScaler().fit(every)
    line = LogisticRegression(C=0.3, max_iter=2000).fit(scaler.transform(every), right, sample_weight=weights)
    mean, scale, weighed = (tuple(a.round(6).tolist()) for a in (scaler.mean_, scaler.scale_, line.coef_[0]))
    return TurnModel(mean, scale, weighed, round(float(line.intercept_[0]), 6))


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0; a missing file raises."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.train_turns")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sagas", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    sagas = [p for p in sorted(options.sagas.glob("*.jsonl")) if p.stem not in KEPT_AS_TEST]
    parts = [(examples(path), WEIGHT["saga"]) for path in sagas]
    parts.append((examples(options.data / "allsides.jsonl", ALLSIDES_SHARE), WEIGHT["allsides"]))
    right = [one for part, _ in parts for one in part.right]
    model = fit_turns(
        [row for part, _ in parts for row in part.features], right,
        [weight for part, weight in parts for _ in part.features],
    )  # fmt: skip
    stored = {
        "features": TURN_FEATURES, "mean": model.mean, "scale": model.scale, "weights": model.weights,
        "bias": model.bias, "note": {
            "trained_on": [p.stem for p in sagas] + [f"allsides, first {ALLSIDES_SHARE:.0%}"],
            "kept_as_test": KEPT_AS_TEST, "examples": len(right), "right": sum(right),
        },
    }  # fmt: skip
    data = json.dumps(stored, indent=1).encode()
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "turn_model.json").write_bytes(data)
    print(f"turn_model.json: {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
