"""What two articles of a batch's work have to do with each other: one pure step, the same in every process."""

from __future__ import annotations

from dataclasses import dataclass, replace

from extractors.model import Kinship, Span
from warehouse.dedupe.across import in_two_languages, weigh_across
from warehouse.dedupe.arrays import Array
from warehouse.dedupe.features import worth_a_look
from warehouse.dedupe.pairs import features_of, find_spans, judge_pair
from warehouse.dedupe.reading import Reading
from warehouse.dedupe.rules import CopyRules
from warehouse.dedupe.verdict import kinship_of

Side = tuple[Reading, Array]  # a reading, and which of its words count
SETTLED = 0.9  # so much of an article in one original settles the matter
SHOWN = 2  # kinships that carry the passages in common


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """A kinship that holds. `covered` flags the words of the article that stand in the other (None across languages).

    `spans` are the passages in common (None: not looked up yet). `settles`: nothing else can decide, provided that the
    other article is an original.
    """

    kinship: Kinship
    covered: Array | None
    settles: bool = False
    spans: tuple[Span, ...] | None = None


def worth_comparing(a: Reading, b: Reading) -> bool:
    """Whether a pair is compared at all: in two languages always, else if it shares enough words."""
    return in_two_languages(a, b) or worth_a_look(a, b)


def find_likeness(ours: Side, other: Side, other_id: str, rules: CopyRules, *, spans: bool = False) -> Likeness | None:
    """The kinship of a pair, or None where none holds or the pair is not worth comparing."""
    (r, keep), (o, keep_other) = ours, other
    if in_two_languages(r, o):
        across = kinship_across(r, o, other_id)
        if across.confidence < rules.cross_language_threshold:
            return None
        return Likeness(kinship=across, covered=None, spans=())
    if not worth_a_look(r, o):
        return None
    pair = judge_pair(r, o, keep, keep_other)
    if pair.probability < rules.threshold:
        return None
    return Likeness(
        kinship=kinship_of(pair, other_id, features=features_of(pair.evidence)),
        covered=pair.evidence.matched_a,
        settles=pair.relation in ("exact", "near") and pair.share_a >= SETTLED,
        spans=find_spans(r, o, pair.evidence) if spans else None,
    )


def with_spans(likeness: Likeness, ours: Side, other: Side) -> Kinship:
    """The kinship with the passages in common, looked up if they were not yet."""
    spans = likeness.spans
    if spans is None:
        (r, keep), (o, keep_other) = ours, other
        spans = find_spans(r, o, judge_pair(r, o, keep, keep_other).evidence)
    return replace(likeness.kinship, spans=spans)


def kinship_across(r: Reading, other: Reading, other_id: str) -> Kinship:
    """The kinship with an article in another language; no passages, since none stand word for word."""
    found = weigh_across(r, other)
    return Kinship(
        other_id=other_id, relation="paraphrase", share=round(found.share, 4), other_share=round(found.share, 4),
        confidence=round(found.probability, 4),
        features={name: round(value, 4) for name, value in found.features.items() if name != "bias"},
        reasons=("cross-language", f"{r.language} and {other.language}: names, figures and concepts agree"),
    )  # fmt: skip
