"""Decides whether a story of the night is a development, of which kind, and how much it matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

from extractors.model import digest64
from warehouse.stories.attention import Attention, has_to_wait
from warehouse.stories.form import is_comment, is_news
from warehouse.stories.gather import Told
from warehouse.stories.model import Development, DevelopmentKind, Outlet
from warehouse.stories.novelty import Novelty
from warehouse.stories.rules import StoryRules
from warehouse.stories.telling import Considered, Report, Storyline, lead_report
from warehouse.stories.turns import Coverage, Standing, load_turn_model, turn_features


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
    attention: Attention
    entities: tuple[str, ...]
    last: Told | None
    open: Told | None


def judge_development(candidate: Candidate, *, rules: StoryRules) -> tuple[Development | None, Considered]:
    """The development that a story of the night is (None: nothing to tell), and what its judgement rests on."""
    features = turn_features(
        candidate.reports, candidate.novelty, candidate.coverage, _standing(candidate), nearness=candidate.nearness
    )
    score = load_turn_model().probability(features)
    kind = _kind(candidate, score, rules)
    considered = Considered(
        story_id=candidate.story_id, storyline_id=candidate.storyline.storyline_id,
        article_ids=tuple(r.article_id for r in candidate.reports), kind=kind, score=score, features=features,
    )  # fmt: skip
    return (None if kind is None else _development(candidate, kind, score)), considered


def _development(candidate: Candidate, kind: DevelopmentKind, score: float) -> Development:
    lead = lead_report(candidate.reports)
    updates = candidate.open or candidate.last if kind == "update" else None
    last = candidate.last
    return Development(
        development_id=digest64(f"{candidate.story_id}\n{kind}\n{lead.version_id}"), story_id=candidate.story_id,
        storyline_id=candidate.storyline.storyline_id, storyline_title=candidate.storyline.title, kind=kind,
        headline=lead.title, happened_at=candidate.reports[0].at, weight=round(_weight(candidate, score, kind), 3),
        reasons=_reasons(candidate, kind), sentences=candidate.novelty.sentences, outlets=_outlets(candidate),
        topics=tuple(sorted({t for r in candidate.reports for t in r.topics})), entities=candidate.entities,
        languages=tuple(sorted({r.language for r in candidate.reports if r.language})),
        previous_id=last.development_id if last else None, previous_headline=last.headline if last else None,
        previous_at=last.happened_at if last else None, updates_id=updates.development_id if updates else None,
    )  # fmt: skip


def _standing(candidate: Candidate) -> Standing:
    last = candidate.last
    days = (candidate.reports[0].at - last.happened_at).total_seconds() / 86_400 if last else None
    return Standing(
        days_since_turn=days, stories=candidate.storyline.stories, story_founded=candidate.founded,
        storyline_founded=candidate.line_founded,
    )  # fmt: skip


def _kind(candidate: Candidate, score: float, rules: StoryRules) -> DevelopmentKind | None:
    sites = len({r.site for r in candidate.reports})
    topical = any(r.topics for r in candidate.reports)
    waits = has_to_wait(
        candidate.attention, sites=sites, score=score, rules=rules, topical=topical, founded=candidate.founded
    )
    if score >= _needed(candidate, sites, rules) and not waits:
        return "first" if candidate.last is None else "turn"
    if rules.new_matters and topical and _is_new_matter(candidate, score, rules):
        return "first"
    if candidate.last is None and candidate.open is None:
        return None
    return "update" if candidate.novelty.says_more else None


def _needed(candidate: Candidate, sites: int, rules: StoryRules) -> float:
    """The score at which the story is told: `turn`, or its odds shifted by what is known of the story."""
    if not 0.0 < rules.turn < 1.0:
        return rules.turn
    shift = 0.0
    if candidate.open is not None or (sites == 1 and _comments_on_topic(candidate)):
        shift = rules.again
    elif candidate.founded and sites > 1:
        shift = -rules.several
    return 1.0 / (1.0 + (1.0 - rules.turn) / rules.turn * exp(-shift))


def _comments_on_topic(candidate: Candidate) -> bool:
    """Whether nothing but comment or background was written, on a topic that somebody chose for its news."""
    return any(r.topics for r in candidate.reports) and all(
        is_comment(r.title, r.text, r.language) for r in candidate.reports
    )


def _is_new_matter(candidate: Candidate, score: float, rules: StoryRules) -> bool:
    """Whether it founds a storyline as news: then it waits for nothing, and a low score hides it only where it does
    not read as news of a day in a single outlet, or is near to a story told in these days."""
    if not candidate.line_founded or candidate.last is not None:
        return False
    if all(is_comment(r.title, r.text, r.language) for r in candidate.reports):
        return False
    if score >= rules.turn:
        return True
    several = len({r.site for r in candidate.reports}) > 1
    news = several or any(is_news(r.title, r.text, r.language, r.at) for r in candidate.reports)
    rested = candidate.attention.rival_days is None or candidate.attention.rival_days >= rules.rest_days
    return news and (rested or candidate.nearness < rules.link / 2)


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
    copies = sorted(candidate.copies, key=lambda r: r.arrival)
    for report in (lead_report(candidate.reports), *candidate.reports, *copies):
        if report.article_id in seen:
            continue
        seen.add(report.article_id)
        found.append(Outlet(
            article_id=report.article_id, name=report.outlet, site=report.site, url=report.url, title=report.title,
            language=report.language, published_at=report.published_at, relation=report.relation,
        ))  # fmt: skip
    return tuple(found)
