"""From pairs to verdicts: which kinship decides, which article is the original, and what is new all the same. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from extractors.model import Article, Kinship, Relation, Verdict
from warehouse.dedupe.arrays import Array
from warehouse.dedupe.pairs import JudgedPair
from warehouse.dedupe.reading import Reading
from warehouse.dedupe.rules import CopyRules

STRENGTH: dict[Relation, int] = {"exact": 0, "near": 1, "revision": 2, "contained-in": 3, "paraphrase": 4, "new": 5}


@dataclass(frozen=True, slots=True, kw_only=True)
class Relative:
    """A kinship that holds, and what of the article it covers (None for a fingerprint): one flag for each word.

    `stranger`: the other's group speaks against it (see `groups.strangers`); it is told, but decides nothing.
    """

    kinship: Kinship
    covered: Array | None
    stranger: bool = False


def decide(
    article: Article, words: int, relatives: Sequence[Relative], roots: Mapping[str, str], rules: CopyRules
) -> Verdict:
    """The verdict on an article from the kinships that hold with earlier ones.

    `roots` leads from a copy to its original, so that no chain arises: where the article is akin to a copy and to that
    copy's original, the original counts; where it is akin to the copy alone, it shares what the copy added, and the
    copy is named. `words` is the number of words of the article that count.
    """
    if not relatives:
        return Verdict(article_id=article.article_id, relation="new", original_id=None)
    ranked = sorted(relatives, key=lambda r: (r.stranger, *_rank(r.kinship, roots)))
    kin = tuple(r.kinship for r in ranked)
    if all(r.stranger for r in ranked):
        return Verdict(
            article_id=article.article_id, relation="new", original_id=None, kin=kin,
            reasons=("like a copy of another report, but not like that report",),
        )  # fmt: skip
    ranked = [r for r in ranked if not r.stranger]
    copies = [r for r in ranked if not _swallows(r.kinship, rules)]
    if copies:
        best = copies[0].kinship
        return Verdict(
            article_id=article.article_id,
            # Only an article can be its own revision: an edited text at another address is a copy of the other.
            relation="near" if best.relation == "revision" else best.relation,
            original_id=best.other_id,
            kin=kin,
            reasons=best.reasons,
        )
    masks = [r.covered for r in ranked if r.covered is not None]
    union = float(np.logical_or.reduce(masks).sum()) / max(1, words) if masks else 0.0
    if union >= rules.merged_cover:
        best = max(ranked, key=lambda r: r.kinship.share).kinship
        joined = tuple(k if k.other_id != best.other_id else best for k in kin)
        return Verdict(
            article_id=article.article_id, relation="contained-in", original_id=best.other_id,
            kin=(best, *(k for k in joined if k.other_id != best.other_id)),
            reasons=("several earlier articles together contain it",),
        )  # fmt: skip
    return Verdict(
        article_id=article.article_id, relation="new", original_id=None, kin=kin,
        reasons=("contains an earlier article and says more",),
    )  # fmt: skip


def _rank(k: Kinship, roots: Mapping[str, str]) -> tuple[bool, int, float]:
    return (roots.get(k.other_id, k.other_id) != k.other_id, STRENGTH[k.relation], -(k.share + k.confidence))


def _swallows(k: Kinship, rules: CopyRules) -> bool:
    """Whether the article contains the other one and has much of its own besides."""
    return k.relation == "contained-in" and k.share < k.other_share and k.share < rules.contained_share


def kinship_of(pair: JudgedPair, other_id: str, *, features: Mapping[str, float]) -> Kinship:
    """The kinship that a judged pair gives, seen from its first article."""
    why = pair.reasons
    if pair.relation == "contained-in" and not pair.a_is_inner:
        why = ("contains the other", *why)
    return Kinship(
        other_id=other_id,
        relation=pair.relation,
        share=round(pair.share_a, 4),
        other_share=round(pair.share_b, 4),
        confidence=round(pair.probability, 4),
        features=features,
        reasons=why,
    )


def revise(verdict: Verdict, article_id: str, own: Kinship, *, adds_facts: bool) -> Verdict:
    """The verdict on a new version of a known article: a revision of itself, whatever else it is akin to."""
    kin = (replace(own, relation="revision"), *(k for k in verdict.kin if k.other_id != article_id))
    reason = "a new version under the same address" + (", with new facts" if adds_facts else ", without new facts")
    return replace(
        verdict, relation="revision", original_id=article_id, kin=kin, reasons=(reason,), adds_facts=adds_facts
    )


def adds_facts(new: Reading, old: Reading, matched: Array, keep: Array) -> bool:
    """Whether a version says something that the one before did not.

    True if its unmatched words name a number or a name that the old version has nowhere, or make up twelve telling
    words or more that are new.
    """
    fresh = ~matched & keep & ~np.isin(new.words.stem, old.words.stem)
    facts = fresh & (new.is_name | (new.is_number & (new.words.weight > 3)))
    return bool(len(np.unique(new.words.stem[facts])) >= 1 or len(np.unique(new.words.stem[fresh])) >= 12)
