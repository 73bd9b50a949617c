"""What speaks for a story of the night being a turn, as features for the learned score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log1p

from warehouse.stories.form import comment_marks, first_person, just_now
from warehouse.stories.novelty import Novelty
from warehouse.stories.telling import Report

TURN_FEATURES = (
    "new names", "new numbers", "new acts", "new words", "new words in title", "acts done", "sites", "reports",
    "storyline tonight", "storyline share", "storyline 3 days", "storyline 10 days", "burst", "nearness",
    "comment title", "comment lead", "just now", "first person", "length", "known storyline",
)  # fmt: skip


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


def turn_features(
    reports: Sequence[Report], novelty: Novelty, coverage: Coverage, *, nearness: float
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
    )  # fmt: skip


def freshness(days: float | None, *, rest_days: float) -> float:
    """How far a storyline has got from its last turn: 0 on the same day, near 1 after some `rest_days`."""
    return 1.0 if days is None else 1.0 - exp(-max(0.0, days) / rest_days)
