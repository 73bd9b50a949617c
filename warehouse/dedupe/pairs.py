"""Judges one pair of readings: is it a copy, of which kind, how sure, and why."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np

from extractors.model import Relation, Span
from warehouse.dedupe.arrays import Array
from warehouse.dedupe.features import NAMES, Evidence, weigh_pair
from warehouse.dedupe.offsets import WordOffsets
from warehouse.dedupe.reading import Reading
from warehouse.dedupe.trees import Trees, sigmoid
from warehouse.dedupe.weights import load_arrays

NAMED_FROM: Final = 0.05  # below this probability nobody asks for the relation
RELATIONS: Final[tuple[Relation, ...]] = ("exact", "near", "contained-in", "revision", "paraphrase")


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPair:
    """How A and B relate. `relation` is read without time: `contained-in` says that the inner one is in the other.

    `probability` (0 to 1): that they share their text's origin. `share_a`: of A found in B, word for word or reworded;
    `share_b` the reverse.
    """

    probability: float
    relation: Relation
    share_a: float
    share_b: float
    a_is_inner: bool
    evidence: Evidence
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judges:
    """The trained judges: whether, and how."""

    whether: Trees
    how: Trees


@cache
def shipped_judges() -> Judges:
    """The judges that come with the package."""
    arrays = load_arrays(files("warehouse.dedupe") / "judges.npz")
    return Judges(whether=Trees.from_arrays(arrays, "whether"), how=Trees.from_arrays(arrays, "how"))


def judge_pair(
    a: Reading, b: Reading, keep_a: Array | None = None, keep_b: Array | None = None, judges: Judges | None = None
) -> JudgedPair:
    """The judgement on a pair in one language; the same whichever comes first, but for the sides' names."""
    return judge_evidence(a, b, weigh_pair(a, b, keep_a, keep_b), judges or shipped_judges())


def judge_evidence(a: Reading, b: Reading, evidence: Evidence, judges: Judges) -> JudgedPair:
    """The judgement that evidence gives."""
    row = evidence.values[None, :]
    probability = float(sigmoid(judges.whether.raw(row))[0, 0])
    named = RELATIONS[int(judges.how.raw(row)[0].argmax())] if probability >= NAMED_FROM else "paraphrase"
    probability, relation = name_relation(a, b, evidence, probability, named)
    share_a, share_b = shares(evidence, relation)
    return JudgedPair(
        probability=probability,
        relation=relation,
        share_a=share_a,
        share_b=share_b,
        a_is_inner=evidence.a_is_inner,
        evidence=evidence,
        reasons=reasons(evidence, relation),
    )


def name_relation(
    a: Reading, b: Reading, evidence: Evidence, probability: float, relation: Relation
) -> tuple[float, Relation]:
    """Probability and relation after what no judge needs to be asked about: equal words are the same text."""
    if len(a.words) and np.array_equal(a.words.surface, b.words.surface):
        return 1.0, "exact"
    return probability, relation


def shares(evidence: Evidence, relation: Relation) -> tuple[float, float]:
    """How much of each stands in the other: word for word, or for a paraphrase by sentences that say the same."""
    if relation != "paraphrase":
        return min(1.0, evidence.share_a), min(1.0, evidence.share_b)
    half = (evidence["half_in"], evidence["half_out"])
    of_a, of_b = half if evidence.a_is_inner else half[::-1]
    return max(evidence.share_a, of_a), max(evidence.share_b, of_b)


def reasons(evidence: Evidence, relation: Relation) -> tuple[str, ...]:
    """What speaks for and against, in words a reader can check; most telling first."""
    said: list[str] = []
    e = evidence
    if e["verbatim_in"] >= 0.9 and e["verbatim_out"] >= 0.9:
        said.append("nearly all of both stands word for word in the other")
    elif e["verbatim_in"] >= 0.8:
        said.append("nearly all of the shorter stands word for word in the other")
    elif e["half_in"] >= 0.6:
        said.append("most sentences of one are reworded sentences of the other")
    if e["number_conflict"] > 0.4 or e["slots"] > 0.4:
        said.append("sentences that are alike have other numbers or names")
    elif e["facts_aligned"] > 0.8 and e["names_shared"] > 1.0:
        said.append("names and numbers agree")
    if e["furniture_in"] > 0.1 or e["furniture_out"] > 0.1:
        said.append("boilerplate of the site left out")
    if relation == "near" and e["order"] < 0.6 and e["verbatim_in"] > 0.5:
        said.append("passages in another order")
    return tuple(said)


def find_spans(a: Reading, b: Reading, evidence: Evidence, *, most: int = 200) -> tuple[Span, ...]:
    """The passages in common, in order of A: word-for-word runs, then whole reworded sentences.

    Character ranges in the texts of A and B. A run is at least four words (or the whole text).
    """
    spans = verbatim_spans(a, b)
    covered = np.zeros(max(1, a.sentence_count), dtype=bool)
    offsets = [start for start, _ in a.sentences]
    for span in spans:
        at = int(np.searchsorted(offsets, span.start, side="right")) - 1
        covered[max(0, at) : int(np.searchsorted(offsets, span.end, side="left"))] = True
    found = evidence.alignment
    for i, (start, end) in enumerate(a.sentences):
        j = int(found.partner_ab[i]) if i < len(found.partner_ab) else 0
        if not covered[i] and j < b.sentence_count and found.single[i, j] > 0.4:
            spans.append(Span(start=start, end=end, other_start=b.sentences[j][0], other_end=b.sentences[j][1]))
    return tuple(sorted(spans, key=lambda s: (s.start, s.end))[:most])


def verbatim_spans(a: Reading, b: Reading, *, shortest: int = 4) -> list[Span]:
    """Runs of at least `shortest` equal words (or the whole of a shorter text), in order of A, each word used once."""
    ours, theirs = a.shingles, b.shingles
    if len(ours) == 0 or len(theirs) == 0:
        return []
    order = np.argsort(theirs, kind="stable")
    ordered = theirs[order]
    at = np.searchsorted(ordered, ours)
    at[at == len(ordered)] = 0
    hit = ordered[at] == ours
    place = np.where(hit, order[at], -1)
    for i in np.flatnonzero(hit[1:]) + 1:  # a repeated passage goes on where the one before went
        after = place[i - 1] + 1
        if place[i - 1] >= 0 and after < len(theirs) and theirs[after] == ours[i]:
            place[i] = after
    breaks = np.flatnonzero(np.diff(np.where(hit, place - np.arange(len(ours)), -len(ours) - len(theirs) - 9)))
    starts = np.concatenate(([0], breaks + 1))
    ends = np.concatenate((breaks + 1, [len(ours)]))
    width = len(a.words) - len(ours) + 1
    offsets_a, offsets_b = WordOffsets(a), WordOffsets(b)
    spans: list[Span] = []
    used = 0
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        if not hit[start]:
            continue
        last = end - 1 + width - 1
        first = max(start, used)
        if last - first + 1 < min(shortest, len(a.words)):
            continue
        shift = int(place[start]) - start
        spans.append(
            Span(start=offsets_a.of(first)[0], end=offsets_a.of(last)[1],
                 other_start=offsets_b.of(first + shift)[0], other_end=offsets_b.of(last + shift)[1])
        )  # fmt: skip
        used = last + 1
    return spans


def features_of(evidence: Evidence) -> dict[str, float]:
    """The features by name, rounded for keeping."""
    return {name: round(float(value), 4) for name, value in zip(NAMES, evidence.values, strict=True)}
