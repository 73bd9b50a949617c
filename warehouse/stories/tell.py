"""Tells a night's stories: decides what its reports become, by what is known of the past."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from warehouse.stories.attention import corroborated_share, count_outlets, pay_attention
from warehouse.stories.background import load_background
from warehouse.stories.developments import Candidate, judge_development
from warehouse.stories.gather import Known, Named, Told
from warehouse.stories.groups import (
    Group,
    divide_reports,
    follow_originals,
    group_reports,
    heaviest_terms,
    place_stories,
)
from warehouse.stories.model import Development
from warehouse.stories.novelty import facts_said, judge_novelty, top_names
from warehouse.stories.participants import choose_participants
from warehouse.stories.past import Past
from warehouse.stories.rules import StoryRules
from warehouse.stories.sentences import parse_sentences
from warehouse.stories.storyline import Mentions, distinct_names, is_due, name_storyline, rename_storyline
from warehouse.stories.telling import (
    Considered,
    Membership,
    Renaming,
    Report,
    Story,
    Storyline,
    Telling,
    lead_report,
)
from warehouse.stories.terms import Terms, parse_terms
from warehouse.stories.turns import Coverage

_KEPT_NAMES = 30
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class _Known:
    """What is known of tonight's storylines and stories; grows as the night is told."""

    facts: dict[str, set[int]]
    storylines: dict[str, Storyline]
    last: dict[str, Told]
    open: dict[str, Told]
    told: dict[str, datetime]
    outlets: dict[str, int]
    papers: frozenset[str]


def tell_night(
    unheld: Sequence[Report], past: Past, *, aliases: Mapping[str, str], as_of: datetime, rules: StoryRules
) -> Telling:  # fmt: skip
    """What reports that no story holds yet become, as of a time, given what is known; writes nothing.

    `aliases` maps a lower-case name to the entity that it means.
    """
    if not unheld:
        return Telling(as_of=as_of)
    referred = {r.original_id for r in unheld if r.original_id} | {r.article_id for r in unheld if r.relation != "new"}
    holding = past.holding(referred)
    fresh, followers = divide_reports(unheld, holding)
    background = load_background()
    terms = {
        r.version_id: parse_terms(r.title, r.text, r.language, aliases)
        for r in (*fresh, *(f for f in followers if f.relation == "revision"))
    }
    window = _window(past, fresh, rules)
    groups, acts = group_reports(fresh, window, terms, background, rules)
    groups, alone = follow_originals(followers, groups, holding)
    for group in groups:
        group.vector = heaviest_terms(group.reports, terms, background)
    vectors = {n: g.vector for n, g in enumerate(groups) if g.founded}
    since = as_of - timedelta(days=rules.storyline_days)
    place_stories(groups, past.kindred(vectors, since=since, least=rules.storyline_link), rules)
    lines = {g.storyline_id for g in groups if not g.line_founded}
    storylines = past.storylines(lines)
    recent = as_of - timedelta(days=rules.window_days)
    turns = past.turns(lines, {g.story_id for g in groups if not g.founded}, since=recent)
    outlets = count_outlets(window, min((r.at for r in fresh if not r.seed), default=as_of))
    sizes = {line: storyline.stories for line, storyline in storylines.items()}
    papers = frozenset(name.strip(" ").lower() for name in past.sources.values())
    told = turns.told if window else {}
    known = _Known(past.facts(lines), storylines, turns.last, turns.open, told, outlets, papers)
    telling = _tell(groups, alone, window, terms, known, aliases, as_of, rules)
    telling = replace(telling, acts=tuple(acts))
    due = {
        line.storyline_id: line for line in telling.storylines
        if line.storyline_id in sizes and is_due(sizes[line.storyline_id], line.stories)
    }  # fmt: skip
    return _rename(telling, due, past.names(due)) if due else telling


def _rename(telling: Telling, due: Mapping[str, Storyline], known: Mapping[str, Sequence[Named]]) -> Telling:
    """The telling with some storylines named anew. `known`: who was named on them before."""
    stories: dict[tuple[str, str], set[str]] = defaultdict(set)
    mentions: Counter[tuple[str, str]] = Counter()
    listed: dict[tuple[str, str], bool] = {}
    for line_id, names in known.items():
        for named in names:
            stories[line_id, named.name] |= named.stories
            mentions[line_id, named.name] += named.mentions
            listed[line_id, named.name] = named.listed
    for member in telling.memberships:
        for name, n in member.names.items() if member.storyline_id in due else ():
            stories[member.storyline_id, name].add(member.story_id)
            mentions[member.storyline_id, name] += n
            listed[member.storyline_id, name] = name in telling.listed
    renamed = []
    for line_id, line in due.items():
        named_there = {
            name: Mentions(stories=len(held), mentions=mentions[of, name], listed=listed[of, name])
            for (of, name), held in stories.items() if of == line_id
        }  # fmt: skip
        title = rename_storyline(line.title, named_there, line.stories)
        if title != line.title:
            renamed.append(Renaming(storyline_id=line_id, title=title, stories=line.stories))
    titles = {r.storyline_id: r.title for r in renamed}
    lines = tuple(replace(s, title=titles.get(s.storyline_id, s.title)) for s in telling.storylines)
    return replace(telling, storylines=lines, renamed=tuple(renamed))


def _window(past: Past, fresh: Sequence[Report], rules: StoryRules) -> list[Known]:
    times = [r.at for r in fresh if not r.seed]
    if not times:
        return []
    reach = timedelta(days=rules.window_days)
    return past.window(min(times) - reach, max(times) + reach)


def _tell(
    groups: Sequence[Group], alone: Sequence[tuple[Report, str, str]], window: Sequence[Known],
    terms: Mapping[str, Terms], known: _Known, aliases: Mapping[str, str], as_of: datetime, rules: StoryRules,
) -> Telling:  # fmt: skip
    listed = frozenset(aliases.values())
    memberships: list[Membership] = []
    stories: list[Story] = []
    developments: list[Development] = []
    considered: list[Considered] = []
    facts: dict[str, set[int]] = defaultdict(set)
    coverage = _coverage(groups, window)
    corroborated = corroborated_share(list(known.outlets.values()))
    for group in sorted(groups, key=lambda g: (-len({r.site for r in g.reports}), g.arrival)):
        names = {
            r.version_id: choose_participants(
                terms[r.version_id].names, title=r.title, text=r.text, language=r.language, listed=listed,
                outlets=known.papers,
            )
            for r in group.reports
        }  # fmt: skip
        memberships += _memberships(group, terms, names)
        if group.founded:
            stories.append(_story(group))
        sentences = [(r.article_id, parse_sentences(r.text, r.language, aliases)) for r in group.reports]
        before = known.facts.setdefault(group.storyline_id, set())
        own = [terms[r.version_id] for r in group.reports]
        titles = {term for some in own for term in some.ids_of("title").tolist()}
        language = lead_report(group.reports).language
        shown = {r.article_id for r in group.reports if r.language == language}
        novelty = judge_novelty(sentences, titles, before, most=rules.max_sentences, shown=shown)
        total = sum(names.values(), Counter[str]())
        line = _storyline(group, known, total, listed)
        known.storylines[group.storyline_id] = line
        if not group.seed:
            candidate = Candidate(
                story_id=group.story_id, storyline=line, founded=group.founded, line_founded=group.line_founded,
                reports=group.reports, copies=group.copies, novelty=novelty, coverage=coverage[group.storyline_id],
                nearness=group.nearness, entities=distinct_names(top_names(total, 24), 8),
                attention=pay_attention(group.arrival[0], group.kin, known.told, known.outlets, corroborated),
                last=known.last.get(group.storyline_id),
                open=known.open.get(group.story_id),
            )  # fmt: skip
            development, judged = judge_development(candidate, rules=rules)
            considered.append(judged)
            if development is not None:
                developments.append(development)
                _note(development, known, as_of)
        said = facts_said(
            (s for _, s in sentences), (some.ids_of(f).tolist() for some in own for f in ("names", "numbers", "body"))
        )
        facts[group.storyline_id].update(said - before)
        before |= said
    memberships += [
        Membership(report=r, story_id=s, storyline_id=line, role="copy", similarity=1.0, novelty=0.0, terms=None)
        for r, s, line in alone
    ]
    touched = {g.storyline_id for g in groups}
    return Telling(
        as_of=as_of, stories=tuple(stories), memberships=tuple(memberships),
        extended=tuple(sorted({g.story_id for g in groups if not g.founded})),
        storylines=tuple(known.storylines[line] for line in sorted(touched)),
        developments=tuple(developments), considered=tuple(considered),
        facts={k: frozenset(v) for k, v in facts.items()}, listed=listed,
    )  # fmt: skip


def _coverage(groups: Sequence[Group], window: Sequence[Known]) -> dict[str, Coverage]:
    """How much each of tonight's storylines is reported on: tonight, and in the days before."""
    tonight: Counter[str] = Counter()
    latest: dict[str, datetime] = {}
    for group in groups:
        tonight[group.storyline_id] += len(group.reports)
        latest[group.storyline_id] = max([r.at for r in group.reports] + [latest.get(group.storyline_id, _LONG_AGO)])
    days_3: Counter[str] = Counter()
    days_10: Counter[str] = Counter()
    for held in window:
        at = latest.get(held.storyline_id)
        if at is not None:
            age = (at - held.at).total_seconds() / 86_400
            days_3[held.storyline_id] += 0 <= age <= 3
            days_10[held.storyline_id] += 0 <= age <= 10
    return {line: Coverage(tonight=n, days_3=days_3[line], days_10=days_10[line]) for line, n in tonight.items()}


def _memberships(group: Group, terms: Mapping[str, Terms], names: Mapping[str, Counter[str]]) -> list[Membership]:
    found = []
    for report in group.reports:
        kept = names[report.version_id]
        found.append(Membership(
            report=report, story_id=group.story_id, storyline_id=group.storyline_id,
            role="revision" if report.relation == "revision" else "report",
            similarity=group.similarity.get(report.version_id, 1.0 if report.relation == "revision" else 0.0),
            novelty=group.novelty.get(report.version_id, 0.0), terms=terms[report.version_id],
            names={name: kept[name] for name in top_names(kept, _KEPT_NAMES)},
        ))  # fmt: skip
    copies = [
        Membership(report=copy, story_id=group.story_id, storyline_id=group.storyline_id, role="copy", similarity=1.0,
                   novelty=0.0, terms=None)
        for copy in group.copies
    ]  # fmt: skip
    return found + copies


def _story(group: Group) -> Story:
    founder = group.reports[0]
    return Story(
        story_id=group.story_id, storyline_id=group.storyline_id, title=lead_report(group.reports).title,
        founder_id=founder.article_id, first_at=founder.at, language=founder.language, seed=founder.seed,
        terms=group.vector,
    )  # fmt: skip


def _storyline(group: Group, known: _Known, names: Counter[str], listed: frozenset[str]) -> Storyline:
    latest = max(r.at for r in group.reports)
    line = known.storylines.get(group.storyline_id)
    if line is None:
        first, title = group.reports[0], lead_report(group.reports).title
        return Storyline(
            storyline_id=group.storyline_id, title=name_storyline(names, title, listed),
            founder_id=group.story_id, first_at=first.at, last_at=latest, state=title, stories=1, turns=0,
            entities=distinct_names(top_names(names, 36), 12),
        )  # fmt: skip
    return replace(line, last_at=max(line.last_at, latest), stories=line.stories + group.founded)


def _note(development: Development, known: _Known, as_of: datetime) -> None:
    """The night goes on with this development told."""
    if development.kind == "update":
        return
    told = Told(development.development_id, development.headline, development.happened_at, as_of)
    known.last[development.storyline_id] = told
    known.open[development.story_id] = told
    known.told[development.story_id] = development.happened_at
    line = known.storylines[development.storyline_id]
    known.storylines[development.storyline_id] = replace(line, state=development.headline, turns=line.turns + 1)
