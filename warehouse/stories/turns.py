"""What speaks for a story of the night being a turn, as features for the learned score."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import exp, log1p

from warehouse.stories.form import comment_marks, first_person, just_now
from warehouse.stories.novelty import Novelty
from warehouse.stories.telling import Report

TURN_FEATURES = (
    "new names", "new numbers", "new acts", "new words", "new words in title", "acts done", "sites", "reports",
    "storyline tonight", "storyline share", "storyline 3 days", "storyline 10 days", "burst", "nearness",
    "comment title", "comment lead", "just now", "first person", "length", "known storyline",
    "rest 2 days", "rest 10 days", "story founded", "storyline founded", "storyline told", "storyline stories",
)  # fmt: skip

MODEL_FILE = "turn_model.json"
MODEL_SHA256 = "5c68a3ed44b5a66d844a5f479e5af44fbffe34a018e1fd08ff9e1345632ec82e"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much is reported on a storyline: tonight, and in the last 3 and 10 days before tonight (reports)."""

    tonight: int
    days_3: int
    days_10: int

    @property
    def burst(self) -> float:
        """Tonight's reports against the usual day of the last ten; 1 is usual."""
        return (self.tonight + 0.5) / (self.days_10 / 10.0 + 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the storyline stands: days since its last turn (None: none told), stories on it, what tonight founds."""

    days_since_turn: float | None
    stories: int
    story_founded: bool
    storyline_founded: bool


def turn_features(
    reports: Sequence[Report], novelty: Novelty, coverage: Coverage, standing: Standing, *, nearness: float
) -> tuple[float, ...]:
    """`TURN_FEATURES` of one story of the night. `nearness`: how near it came to joining another story, 0 to 1."""
    sites = len({r.site for r in reports})
    marks = [comment_marks(r.title, r.text, r.language) for r in reports]
    n = len(reports)
    return (
        novelty.names, novelty.numbers, novelty.acts, novelty.words, novelty.title_words,
        min(3.0, float(sum(not a.startswith(("to ", "not to ")) for a in novelty.new_acts))),
        log1p(sites - 1), log1p(n - 1), log1p(coverage.tonight), n / max(1, coverage.tonight),
        log1p(coverage.days_3), log1p(coverage.days_10), log1p(coverage.burst), nearness,
        sum(m[0] for m in marks) / n, sum(m[1] for m in marks) / n,
        sum(just_now(r.text, r.language) for r in reports) / n, sum(first_person(r.text) for r in reports) / n,
        log1p(sum(len(r.text) for r in reports) / n) - 6.0, float(novelty.known),
        rested(standing.days_since_turn, 2.0), rested(standing.days_since_turn, 10.0),
        float(standing.story_founded), float(standing.storyline_founded),
        float(standing.days_since_turn is not None), min(5.0, log1p(standing.stories)),
    )  # fmt: skip


def rested(days: float | None, scale_days: float) -> float:
    """How far a storyline has got from its last turn: 0 on the same day, near 1 after several scales, 1 if none."""
    return 1.0 if days is None else 1.0 - exp(-max(0.0, days) / scale_days)


@dataclass(frozen=True, slots=True)
class TurnModel:
    """Standardised logistic regression over `TURN_FEATURES`."""

    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float

    def probability(self, features: Sequence[float]) -> float:
        """That a story with these features is a development of its own, 0 to 1."""
        parts = zip(features, self.mean, self.scale, self.weights, strict=True)
        score = self.bias + sum((x - mean) / scale * weight for x, mean, scale, weight in parts)
        return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, score))))


@cache
def load_turn_model() -> TurnModel:
    """The shipped model; raises ValueError where the file is not the one that this code was released with."""
    data = (files("warehouse.stories") / MODEL_FILE).read_bytes()
    if hashlib.sha256(data).hexdigest() != MODEL_SHA256:
        raise ValueError(f"{MODEL_FILE} is not the file that this release was built with")
    stored = json.loads(data)
    if tuple(stored["features"]) != TURN_FEATURES:
        raise ValueError(f"{MODEL_FILE} was trained on other features")
    return TurnModel(tuple(stored["mean"]), tuple(stored["scale"]), tuple(stored["weights"]), stored["bias"])
