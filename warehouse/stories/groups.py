"""Tonight's reports in groups, one a story: which are grouped at all, which story each group is, on which storyline."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from extractors.model import digest64
from warehouse.stories.background import Background
from warehouse.stories.cluster import Grouping, group_articles
from warehouse.stories.context import UNSUPPORTED, judge_pairs
from warehouse.stories.gather import Known
from warehouse.stories.kindred import Kindred
from warehouse.stories.mending import find_mends
from warehouse.stories.pairs import Pairs, Subject, same_form
from warehouse.stories.rules import StoryRules
from warehouse.stories.storyline import choose_storyline
from warehouse.stories.telling import Report, StoryAct
from warehouse.stories.terms import Terms
from warehouse.stories.weights import weigh_unit

STORY_TERMS = 48

# What two reports must have in common (`Pairs.strength`) to be of one matter.
_KIN = 0.10

# What two notices of a kind must have in common for their headlines to be compared.
_ALIKE = 0.25


@dataclass(slots=True)
class Group:
    """Tonight's reports of one story, in order of arrival.

    `kin` has the other stories of the same matter, with the most that a report of theirs has in common with one of
    this (`Pairs.strength`). `forms` are stories that a notice of the same publisher in the same words founded: about
    something else, so that this one does not continue their storyline.
    """

    reports: list[Report]
    story_id: str
    founded: bool
    storyline_id: str = ""
    line_founded: bool = False
    copies: list[Report] = field(default_factory=list)
    vector: dict[int, float] = field(default_factory=dict)
    similarity: dict[str, float] = field(default_factory=dict)
    novelty: dict[str, float] = field(default_factory=dict)
    nearness: float = 0.0
    kin: dict[str, float] = field(default_factory=dict)
    forms: set[str] = field(default_factory=set)

    @property
    def arrival(self) -> tuple[datetime, datetime, str]:
        """Of its first report tonight."""
        return self.reports[0].arrival

    @property
    def seed(self) -> bool:
        """Whether it is a reference document's story."""
        return self.reports[0].seed


def divide_reports(
    unheld: Sequence[Report], holding: Mapping[str, tuple[str, str]]
) -> tuple[list[Report], list[Report]]:
    """Reports that are grouped by what they say, and those that follow another: copies and revisions.

    A copy or revision of something that no story holds (its original was off-topic) counts as a report itself.
    """
    here = {r.article_id for r in unheld}
    fresh: list[Report] = []
    followers: list[Report] = []
    for report in sorted(unheld, key=lambda r: r.arrival):
        original = report.article_id if report.relation == "revision" else report.original_id
        known = original is not None and (original in holding or (original in here and original != report.article_id))
        (followers if report.relation != "new" and known else fresh).append(report)
    first_versions: set[str] = set()
    kept: list[Report] = []
    for report in fresh:
        (followers if report.article_id in first_versions else kept).append(report)
        first_versions.add(report.article_id)
    return kept, followers


def group_reports(
    fresh: Sequence[Report], window: Sequence[Known], terms: Mapping[str, Terms], background: Background,
    rules: StoryRules,
) -> tuple[list[Group], list[StoryAct]]:  # fmt: skip
    """The reports joined with each other and with the stories of the last days; reference documents stay alone.

    Where tonight's reports show that known stories are one, or one is two, the acts say so, and the groups heed it.
    """
    seeds = [Group([r], story_id_of(r.article_id), founded=True) for r in fresh if r.seed]
    reports = [r for r in fresh if not r.seed]
    if not reports:
        return seeds, []
    stories = sorted({k.story_id for k in window})
    number = {story: i for i, story in enumerate(stories)}
    subjects = [_subject(r.at, r.dated, r.site, r.language, terms[r.version_id]) for r in reports]
    subjects += [_subject(k.at, k.dated, k.site, k.language, k.terms) for k in window]
    held = [number[k.story_id] for k in window]
    pairs = judge_pairs(subjects, len(reports), held, background=background, window_days=rules.window_days)
    forms = find_forms(pairs, subjects)
    pairs.probability[forms] = np.minimum(pairs.probability[forms], UNSUPPORTED)
    line_of = {k.story_id: k.storyline_id for k in window}
    acts = _mend(pairs, reports, window, held, stories, line_of, rules)
    split_off = {act.other_id for act in acts if act.act == "split"}
    grouping = group_articles(pairs, len(reports), held, threshold=rules.link)
    novelty = judge_firsts(pairs, len(reports), held, grouping)
    members: dict[int, list[int]] = defaultdict(list)
    for index, label in enumerate(grouping.group.tolist()):
        members[label].append(index)
    groups = []
    for label, indices in members.items():
        own = [reports[i] for i in indices]
        known = grouping.story_of.get(label)
        story = stories[known] if known is not None else story_id_of(own[0].article_id)
        line = line_of.get(story, "") if known is not None else ""
        group = Group(own, story, founded=known is None or story in split_off, storyline_id=line)
        group.similarity = {reports[i].version_id: float(grouping.strength[i]) for i in indices}
        group.novelty = {reports[i].version_id: novelty[i] for i in indices}
        group.nearness = max(float(grouping.elsewhere[i]) for i in indices)
        groups.append(group)
    holding = [stories[number] for number in held]
    _relate(groups, members, pairs, len(reports), holding)
    story_of = {place: g.story_id for g, places in zip(groups, members.values(), strict=True) for place in places}
    of = {g.story_id: g for g in groups}
    for row, column in zip(pairs.rows[forms].tolist(), pairs.columns[forms].tolist(), strict=True):
        one, other = story_of[row], story_of[column] if column < len(reports) else holding[column - len(reports)]
        of[one].forms.add(other)
        if other in of:
            of[other].forms.add(one)
    founded = {g.story_id for g in groups if g.founded}
    acts = [act for act in acts if act.act == "merge" or act.other_id in founded]
    return sorted([*seeds, *groups], key=lambda g: g.arrival), acts


def find_forms(pairs: Pairs, subjects: Sequence[Subject]) -> NDArray[np.int64]:
    """Which pairs are notices of one publisher in the same words about different things (`same_form`), by place."""
    sites = np.unique([s.site for s in subjects], return_inverse=True)[1]
    alike = (sites[pairs.rows] == sites[pairs.columns]) & (pairs.strength >= _ALIKE)
    return np.array([
        pair for pair in np.flatnonzero(alike).tolist()
        if same_form(subjects[int(pairs.rows[pair])].terms, subjects[int(pairs.columns[pair])].terms)
    ], dtype=np.int64)  # fmt: skip


def _mend(
    pairs: Pairs, reports: Sequence[Report], window: Sequence[Known], held: list[int], stories: list[str],
    line_of: dict[str, str], rules: StoryRules,
) -> list[StoryAct]:  # fmt: skip
    """The acts that tonight's reports speak for; renumbers `held` and adds to `stories` and `line_of` accordingly.

    A side of a split that holds the report that began the story stays that story; tonight's side is the new one.
    """
    began: dict[int, float] = {}
    for k, number in zip(window, held, strict=True):
        began[number] = min(began.get(number, k.at.timestamp()), k.at.timestamp())
    sites = [r.site for r in reports]
    acts = []
    for mend in find_mends(pairs, len(reports), held, sites, began, sure=rules.sure):
        shown = f"{len(mend.witnesses)} reports of {len({sites[w] for w in mend.witnesses})} outlets"
        headline = reports[mend.witnesses[0]].title
        if mend.gone is not None:
            moved = [place for place, number in enumerate(held) if number == mend.gone]
            kind, story, other = "merge", stories[mend.gone], stories[mend.kept]
            number, what = mend.kept, "are of both events"
        else:
            moved = list(mend.like)
            if min(moved) < min(mend.others):
                continue
            kind, story, other = "split", stories[mend.kept], story_id_of(reports[mend.witnesses[0]].article_id)
            number, what = len(stories), "are of the one part's event and not of the other's"
            stories.append(other)
            line_of[other] = line_of[story]
        for place in moved:
            held[place] = number
        acts.append(StoryAct(
            act="merge" if kind == "merge" else "split", story_id=story, other_id=other,
            reason=f"{shown} {what} ({mend.probability:.2f}): {headline}",
            versions=tuple(window[place].version_id for place in moved),
        ))  # fmt: skip
    return acts


def _relate(
    groups: Sequence[Group], members: Mapping[int, Sequence[int]], pairs: Pairs, tonight: int, held: Sequence[str]
) -> None:
    """Fills in `kin` of tonight's groups; `members` has their places in the order of the groups."""
    owner = {place: group for group, places in zip(groups, members.values(), strict=True) for place in places}
    related = pairs.strength >= _KIN
    for row, column, strength in zip(
        pairs.rows[related].tolist(), pairs.columns[related].tolist(), pairs.strength[related].tolist(), strict=True
    ):
        one = owner[row]
        other = owner[column].story_id if column < tonight else held[column - tonight]
        if other != one.story_id:
            one.kin[other] = max(one.kin.get(other, 0.0), strength)
            if column < tonight:
                owner[column].kin[one.story_id] = max(owner[column].kin.get(one.story_id, 0.0), strength)


def story_id_of(article_id: str) -> str:
    """The identifier of the story that an article founds: the same on every machine and in every replay."""
    return digest64(f"story\n{article_id}")


def storyline_id_of(story_id: str) -> str:
    """The identifier of the storyline that a story founds."""
    return digest64(f"storyline\n{story_id}")


def _subject(at: datetime, dated: bool, site: str, language: str | None, terms: Terms) -> Subject:
    day = at.timestamp() / 86_400
    return Subject(terms, site, day if dated else None, language, seen=None if dated else day)


def judge_firsts(pairs: Pairs, tonight: int, held: Sequence[int], grouping: Grouping) -> list[float]:
    """For each report how surely it is the first of its event, 0 to 1, by what came before it (reports in order).

    The event of before that it is most likely to belong to counts most, by the mean probability with its reports; then
    that any earlier report is of its event, were they independent; the best single probability; and whether it founded
    its story. The shares were chosen by cross-validation over allsides.
    """
    probability: dict[int, dict[int, float]] = defaultdict(dict)
    for row, column, p in zip(pairs.rows.tolist(), pairs.columns.tolist(), pairs.probability.tolist(), strict=True):
        probability[row][column] = p
        probability[column][row] = p
    sizes = Counter(held)
    labels = grouping.group.tolist()
    begun = set(grouping.story_of)
    earlier: Counter[int] = Counter()
    found = []
    for place, label in enumerate(labels):
        sums: dict[tuple[bool, int], float] = defaultdict(float)
        best, none = 0.0, 1.0
        for other, p in probability[place].items():
            if other >= tonight or other < place:
                key = (True, held[other - tonight]) if other >= tonight else (False, labels[other])
                sums[key] += p
                best = max(best, p)
                none *= 1.0 - p
        mean = max((s / (sizes[n] if known else earlier[n]) for (known, n), s in sums.items()), default=0.0)
        known_before = (3.0 * min(1.0, mean) + 2.0 * (1.0 - none) + best) / 6.0
        found.append(0.1 * (label not in begun) + 0.9 * (1.0 - known_before))
        begun.add(label)
        earlier[label] += 1
    return found


def follow_originals(
    followers: Sequence[Report], groups: Sequence[Group], holding: Mapping[str, tuple[str, str]]
) -> tuple[list[Group], list[tuple[Report, str, str]]]:
    """Hands copies and revisions to the story of their original.

    Returns the groups (revisions of known stories may add some) and the copies whose story got no report tonight,
    each with its story and storyline.
    """
    group_of = {r.article_id: g for g in groups for r in g.reports}
    by_story = {g.story_id: g for g in groups}
    added = list(groups)
    alone: list[tuple[Report, str, str]] = []
    waiting = list(followers)
    held = dict(holding)
    while waiting:
        later: list[Report] = []
        for report in waiting:
            original = report.article_id if report.relation in ("revision", "new") else str(report.original_id)
            group = group_of.get(original)
            story, line = held.get(original, ("", ""))
            group = group or by_story.get(story)
            if report.relation == "revision" and group is None and story:
                group = Group([report], story, founded=False, storyline_id=line)
                added.append(group)
                by_story[story] = group
            elif group is not None:
                (group.reports if report.relation == "revision" else group.copies).append(report)
                group_of.setdefault(report.article_id, group)
            elif story:
                alone.append((report, story, line))
                held.setdefault(report.article_id, (story, line))
            else:
                later.append(report)
        if len(later) == len(waiting):
            break  # copies of copies in a ring: left for another night
        waiting = later
    return sorted(added, key=lambda g: g.arrival), alone


def heaviest_terms(reports: Sequence[Report], terms: Mapping[str, Terms], background: Background) -> dict[int, float]:
    """What some reports are about: their heaviest names and words, as a vector of length 1."""
    own = [terms[r.version_id] for r in reports if r.version_id in terms]
    if not own:
        return {}
    english = np.array([r.language in ("en", None) for r in reports if r.version_id in terms], dtype=np.bool_)
    weighed = [weigh_unit(own, name, english=english, background=background) for name in ("names", "body")]
    ids, place = np.unique(np.concatenate([ids for ids, _ in weighed]), return_inverse=True)
    shares = zip((1.0, 0.8), weighed, strict=True)
    weights = np.concatenate([share * unit.astype(np.float64) for share, (_, unit) in shares])
    total = np.bincount(place, weights=weights, minlength=len(ids))
    best = np.lexsort((ids, -total))[:STORY_TERMS]
    chosen = dict(zip(ids[best].tolist(), total[best].tolist(), strict=True))
    norm = sum(weight**2 for weight in chosen.values()) ** 0.5 or 1.0
    return {term: weight / norm for term, weight in chosen.items()}


def place_stories(groups: Sequence[Group], kindred: Mapping[int, Sequence[Kindred]], rules: StoryRules) -> None:
    """Gives each founded story its storyline: that of the earlier story (or one of tonight's) most like it, or its own.

    `kindred` is by the group's number. Groups are taken in order of arrival.
    """
    placed: list[Group] = []
    having: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for number, group in enumerate(groups):
        if group.founded and not group.storyline_id:
            likeness: dict[int, float] = defaultdict(float)
            for term, weight in group.vector.items():
                for place, other in having.get(term, ()):
                    likeness[place] += weight * other
            near = [
                Kindred(placed[at].story_id, placed[at].storyline_id, like)
                for at, like in likeness.items() if like >= rules.storyline_link
            ]  # fmt: skip
            others = [k for k in (*kindred.get(number, ()), *near) if k.story_id not in group.forms]
            chosen = choose_storyline(others, least=rules.storyline_link)
            group.line_founded = chosen is None
            group.storyline_id = chosen.storyline_id if chosen else storyline_id_of(group.story_id)
        for term, weight in group.vector.items():
            having[term].append((len(placed), weight))
        placed.append(group)
