"""Decides whether a story of the night is a development, of which kind, and how much it matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from extractors.model import digest64
from warehouse.stories.gather import Told
from warehouse.stories.model import Development, DevelopmentKind, Outlet
from warehouse.stories.novelty import Novelty
from warehouse.stories.rules import StoryRules
from warehouse.stories.telling import Report, Storyline
from warehouse.stories.turns import Coverage


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A story that got reports tonight, with all that its judgement rests on.

    `reports` are tonight's reports and revisions in order of arrival; `copies` tonight's copies of any of them.
    `last` is the last turn on the storyline, `open` the development that this story already has.
    """

    story_id: str
    storyline: Storyline
    founded: bool
    line_founded: bool
    reports: Sequence[Report]
    copies: Sequence[Report]
    novelty: Novelty
    coverage: Coverage
    nearness: float
    entities: tuple[str, ...]
    last: Told | None
    open: Told | None


def judge_development(candidate: Candidate, *, as_of: datetime, rules: StoryRules) -> tuple[Development, float] | None:
    """The development that a story of the night is, with its turn score; None where there is nothing to tell."""
    if not candidate.reports:
        return None
    score = turn_score(candidate)
    kind = _kind(candidate, score, rules)
    if kind is None:
        return None
    lead = candidate.reports[0]
    outlets = _outlets(candidate)
    updates = candidate.open or candidate.last if kind == "update" else None
    development_id = digest64(f"{candidate.story_id}\n{kind}\n{lead.version_id}")
    development = Development(
        development_id=development_id, story_id=candidate.story_id,
        storyline_id=candidate.storyline.storyline_id, storyline_title=candidate.storyline.title, kind=kind,
        headline=lead.title, happened_at=lead.at, weight=round(_weight(candidate, score, kind), 3),
        reasons=_reasons(candidate, kind), sentences=candidate.novelty.sentences, outlets=outlets,
        topics=tuple(sorted({t for r in candidate.reports for t in r.topics})), entities=candidate.entities,
        languages=tuple(sorted({r.language for r in candidate.reports if r.language})),
        previous_id=candidate.last.development_id if candidate.last else None,
        previous_headline=candidate.last.headline if candidate.last else None,
        previous_at=candidate.last.happened_at if candidate.last else None,
        updates_id=updates.development_id if updates else None,
    )  # fmt: skip
    return development, score


def turn_score(candidate: Candidate) -> float:
    """How surely this is a turn, 0 to 1."""
    sites = len({r.site for r in candidate.reports})
    score = 0.7 * candidate.novelty.score + 0.1 * min(sites - 1, 3)
    return min(1.0, max(0.0, score))


def _kind(candidate: Candidate, score: float, rules: StoryRules) -> DevelopmentKind | None:
    if candidate.founded:
        if candidate.last is None:
            return "first"
        if score >= rules.turn:
            return "turn"
        return "update" if candidate.novelty.sentences and candidate.novelty.score >= rules.turn / 2 else None
    if candidate.open is None:
        return "turn" if score >= rules.turn and candidate.last is not None else None
    if _changes_state(candidate) and score >= rules.turn:
        return "turn"
    return "update" if candidate.novelty.sentences else None


def _changes_state(candidate: Candidate) -> bool:
    done = {a for a in candidate.novelty.new_acts if not a.startswith(("to ", "not to "))}
    return bool(done) and candidate.open is not None and not done & candidate.open.acts


def _weight(candidate: Candidate, score: float, kind: DevelopmentKind) -> float:
    sites = len({r.site for r in (*candidate.reports, *candidate.copies)})
    topic = max((r.topic_weight for r in candidate.reports), default=0.0)
    breadth = 1.0 - 0.6 ** (sites - 1)
    weight = 0.35 + 0.3 * score + 0.2 * breadth + 0.15 * min(topic / 6.0, 1.0)
    return min(1.0, weight * (0.6 if kind == "update" else 1.0))


def _reasons(candidate: Candidate, kind: DevelopmentKind) -> tuple[str, ...]:
    novelty = candidate.novelty
    found: list[str] = [kind if kind != "first" else "first-story"]
    found += ["new-participants"] if novelty.names >= 0.25 else []
    found += ["new-figures"] if novelty.numbers >= 0.4 else []
    found += [f"act:{act.replace(' ', '-')}" for act in novelty.new_acts[:6]]
    sites = len({r.site for r in candidate.reports})
    found += [f"outlets:{sites}"] if sites > 1 else []
    found += ["revision"] if any(r.relation == "revision" for r in candidate.reports) else []
    return tuple(found)


def _outlets(candidate: Candidate) -> tuple[Outlet, ...]:
    seen: set[str] = set()
    found = []
    for report in (*candidate.reports, *sorted(candidate.copies, key=lambda r: r.arrival)):
        if report.article_id in seen:
            continue
        seen.add(report.article_id)
        found.append(Outlet(
            article_id=report.article_id, name=report.outlet, site=report.site, url=report.url, title=report.title,
            language=report.language, published_at=report.published_at, relation=report.relation,
        ))  # fmt: skip
    return tuple(found)
