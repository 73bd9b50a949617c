"""Groups do not drift together by one likeness."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from extractors.model import Kinship, Relation
from tests.warehouse.dedupe.invented import WIRE, article
from warehouse.dedupe.groups import lonely_pairs, strangers
from warehouse.dedupe.rules import CopyRules
from warehouse.dedupe.verdict import Relative, decide

Found = dict[tuple[str, str], tuple[float, str]]


def group(*names: str) -> Found:
    return dict.fromkeys(combinations(names, 2), (1.0, "near"))


A, B = group("a1", "a2", "a3"), group("b1", "b2", "b3", "b4")


def test_one_paraphrase_does_not_join_two_groups() -> None:
    assert lonely_pairs(A | B | {("a1", "b1"): (0.9, "paraphrase")}) == {("a1", "b1")}
    assert lonely_pairs(A | B | {("a1", "b1"): (0.9, "contained-in")}) == set()  # the words themselves are the proof


def test_one_copy_that_is_like_most_of_another_group_stays_in_its_own() -> None:
    alike: Found = {(name, "b1"): (0.9, "paraphrase") for name in ("a1", "a2", "a3")}
    assert lonely_pairs(A | B | alike) == set(alike)
    more: Found = {(name, "b2"): (0.9, "paraphrase") for name in ("a1", "a2", "a3")}
    assert lonely_pairs(A | B | alike | more) == set()  # half of all pairs: then they are one


def test_a_merge_of_two_reports_keeps_both() -> None:
    whole: Found = {("m", name): (0.99, "contained-in") for name in ("a1", "a2", "b1", "b2", "b4")}
    reworded: Found = {("m", name): (0.9, "paraphrase") for name in ("a3", "b3")}
    assert lonely_pairs(A | B | whole | reworded) == set()


def test_where_there_is_little_to_go_by_nothing_falls() -> None:
    assert lonely_pairs({("a", "b"): (0.9, "paraphrase"), ("c", "d"): (0.9, "paraphrase")}) == set()
    assert lonely_pairs(A | {("a1", "b"): (0.9, "paraphrase")}) == set()


@pytest.mark.parametrize(
    ("compared", "found", "apart"),
    [
        (["o", "c1", "c2", "c3"], {"c1": "paraphrase"}, {"c1"}),
        (["o", "c1", "c2", "c3"], {"c1": "near"}, set()),  # it has words that the copy added
        (["o", "c1", "c2", "c3"], {"o": "paraphrase", "c1": "paraphrase"}, set()),
        (["o", "c1", "c2", "c3"], {"c1": "paraphrase", "c2": "paraphrase"}, set()),  # half of those compared
        (["c1", "c2", "c3"], {"c1": "paraphrase"}, set()),  # the original was not asked
        (["o", "c1"], {"c1": "paraphrase"}, set()),
    ],
)
def test_what_is_like_one_copy_and_not_like_the_original(
    compared: list[str], found: dict[str, str], apart: set[str]
) -> None:
    assert strangers(compared, found, {"c1": "o", "c2": "o", "c3": "o"}) == apart


def kin(other_id: str, relation: Relation, share: float) -> Kinship:
    return Kinship(other_id=other_id, relation=relation, share=share, other_share=share, confidence=0.7)


def test_strangers_are_told_and_decide_nothing() -> None:
    late = article(WIRE, site="late.example", title="Another report")
    odd = Relative(kinship=kin("c1", "paraphrase", 0.4), covered=np.zeros(9, dtype=bool), stranger=True)
    verdict = decide(late, 9, [odd], {"c1": "o"}, CopyRules())
    assert (verdict.relation, verdict.original_id, [k.other_id for k in verdict.kin]) == ("new", None, ["c1"])
    real = Relative(kinship=kin("r", "paraphrase", 0.3), covered=np.zeros(9, dtype=bool))
    verdict = decide(late, 9, [odd, real], {"c1": "o"}, CopyRules())
    assert (verdict.relation, verdict.original_id) == ("paraphrase", "r")
    assert [k.other_id for k in verdict.kin] == ["r", "c1"]
