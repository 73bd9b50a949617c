"""What two articles of a batch's work have to do with each other: one pure step, the same in every process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from extractors.model import Kinship, Span
from warehouse.dedupe.across import in_two_languages, weigh_across
from warehouse.dedupe.features import worth_a_look
from warehouse.dedupe.pairs import JudgedPair, features_of, find_spans, judge_pair
from warehouse.dedupe.reading import Array, Reading
from warehouse.dedupe.rules import CopyRules
from warehouse.dedupe.verdict import kinship_of

Side = tuple[Reading, Array]  # a reading, and which of its words count
SETTLED = 0.9  # so much of an article in one original settles the matter
SHOWN = 2  # kinships that carry the passages in common


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """A kinship that holds; `pair` is the judgement behind it (None across languages), `spans` are the passages in
    common where they were looked up already."""

    kinship: Kinship
    pair: JudgedPair | None
    spans: tuple[Span, ...] | None = None

    @property
    def settles(self) -> bool:
        """Whether nothing else can decide, provided that the other article is an original."""
        pair = self.pair
        return pair is not None and pair.relation in ("exact", "near") and pair.share_a >= SETTLED


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """An article and those to compare it with, in order: id, side, and whether it is an original."""

    ours: Side
    others: tuple[tuple[str, Side, bool], ...]


def worth_comparing(a: Reading, b: Reading) -> bool:
    """Whether a pair is compared at all: in two languages always, else if it shares enough words."""
    return in_two_languages(a, b) or worth_a_look(a, b)


def find_likeness(ours: Side, other: Side, other_id: str, rules: CopyRules) -> Likeness | None:
    """The kinship of a pair worth comparing, or None where none holds."""
    (r, keep), (o, keep_other) = ours, other
    if in_two_languages(r, o):
        across = kinship_across(r, o, other_id)
        return Likeness(kinship=across, pair=None) if across.confidence >= rules.cross_language_threshold else None
    pair = judge_pair(r, o, keep, keep_other)
    if pair.probability < rules.threshold:
        return None
    return Likeness(kinship=kinship_of(pair, other_id, features=features_of(pair.evidence)), pair=pair)


def compare_all(comparison: Comparison, rules: CopyRules) -> list[Likeness | None]:
    """The likenesses of one article with others, up to the one that settles the matter, the first with their spans."""
    found: list[Likeness | None] = []
    shown = 0
    for other_id, other, is_original in comparison.others:
        likeness = find_likeness(comparison.ours, other, other_id, rules)
        if likeness is not None and likeness.pair is not None and shown < SHOWN:
            shown += 1
            likeness = replace(likeness, spans=spans_of(likeness, comparison.ours[0], other[0]))
        found.append(likeness)
        if likeness is not None and is_original and likeness.settles:
            break
    return found


def spans_of(likeness: Likeness, r: Reading, other: Reading) -> tuple[Span, ...]:
    """The passages in common; none across languages."""
    if likeness.spans is not None or likeness.pair is None:
        return likeness.spans or ()
    return find_spans(r, other, likeness.pair.evidence)


def compare_each(comparisons: Sequence[Comparison], rules: CopyRules) -> list[list[Likeness | None]]:
    """`compare_all` for several articles."""
    return [compare_all(c, rules) for c in comparisons]


def kinship_across(r: Reading, other: Reading, other_id: str) -> Kinship:
    """The kinship with an article in another language; no passages, since none stand word for word."""
    found = weigh_across(r, other)
    return Kinship(
        other_id=other_id, relation="paraphrase", share=round(found.share, 4), other_share=round(found.share, 4),
        confidence=round(found.probability, 4),
        features={name: round(value, 4) for name, value in found.features.items() if name != "bias"},
        reasons=("cross-language", f"{r.language} and {other.language}: names, figures and concepts agree"),
    )  # fmt: skip
