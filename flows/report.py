"""What a night reports: every entry accounted for, what was stored as what, what was told, what went wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from extractors.model import OUTCOMES, Problem
from flows.exits import Exit
from warehouse.night_articles import ArticleLine
from warehouse.stories.model import Development


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """How one source did tonight: its state now and `before`, the evidence, entries in its feed, how many were new."""

    source_id: str
    name: str
    state: str
    before: str | None
    evidence: str
    entries: int
    new: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLine:
    """One mail of tonight's outbox and how far it got."""

    recipient: str
    kind: str
    subject: str
    state: str
    developments: int


@dataclass(slots=True, kw_only=True)
class NightReport:
    """The whole night. `outcomes` counts entries by outcome; `balanced` says that they add up to the entries seen.

    `waiting` entries are left for another try; `seconds` says where the time went.
    """

    run_id: str
    kind: str
    as_of: datetime
    duration_s: float = 0.0
    exit_code: Exit = Exit.OK
    seen: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    waiting: int = 0
    balanced: bool = True
    sources: list[SourceLine] = field(default_factory=list)
    articles: list[ArticleLine] = field(default_factory=list)
    developments: list[Development] = field(default_factory=list)
    mails: list[MailLine] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    snapshot: Path | None = None
    briefing: Path | None = None

    def counts(self) -> dict[str, Any]:
        """The figures of the run as JSON values, as kept in the warehouse and printed by `--json`."""
        return {
            "run_id": self.run_id,
            "kind": self.kind,
            "as_of": self.as_of.isoformat(),
            "exit_code": int(self.exit_code),
            "duration_s": round(self.duration_s, 2),
            "entries_seen": self.seen,
            "outcomes": {name: self.outcomes.get(name, 0) for name in OUTCOMES},
            "waiting": self.waiting,
            "balanced": self.balanced,
            "sources": dict(sorted(Counter(line.state for line in self.sources).items())),
            "developments": len([d for d in self.developments if d.kind != "update"]),
            "updates": len([d for d in self.developments if d.kind == "update"]),
            "mails": dict(sorted(Counter(line.state for line in self.mails).items())),
            "problems": problem_counts(self.problems),
            "warnings": self.warnings,
            "seconds": {name: round(value, 2) for name, value in self.seconds.items()},
        }


def problem_counts(problems: Sequence[Problem]) -> dict[str, int]:
    """How often each `stage/code` occurred, most frequent first."""
    return dict(Counter(f"{p.stage}/{p.code}" for p in problems).most_common())


def problem_lines(problems: Sequence[Problem], *, most: int = 12) -> list[str]:
    """One line a group of causes: how many, what, and the first address that it happened at."""
    groups: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        groups.setdefault((problem.stage, problem.code), []).append(problem)
    ordered = sorted(groups.values(), key=len, reverse=True)
    lines = [_group_line(group) for group in ordered[:most]]
    if len(ordered) > most:
        rest = sum(len(group) for group in ordered[most:])
        lines.append(f"and {rest} more of {len(ordered) - most} other kinds: sovwatch sql \"SELECT * FROM problems\"")
    return lines


def _group_line(group: Sequence[Problem]) -> str:
    first = group[0]
    where = f" at {first.url}" if first.url else ""
    others = f" and {len(group) - 1} more" if len(group) > 1 else ""
    return f"{len(group)} x {first.stage}/{first.code}: {first.detail}{where}{others}"
