"""What two articles have in common, as numbers: the evidence that the judges weigh and a person can check.

Directed features come in pairs: `_in` for the article more of which stands in the other (the *inner* one), `_out` for
the other. None depends on the size of the corpus, on the date or on the order of the two.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from warehouse.dedupe.align import Alignment, align
from warehouse.dedupe.arrays import Array, meet, sentence_keys
from warehouse.dedupe.matter import rest_of, spread_of, topics_kept
from warehouse.dedupe.reading import Reading

NAMES: Final = (
    "shingles_in", "shingles_out", "verbatim_in", "verbatim_out", "longest_run", "mean_run", "order",
    "stems_in", "stems_out", "stem_cosine", "gram_cosine", "rare_in", "rare_out",
    "align_in", "align_out", "half_in", "half_out", "strong_in", "strong_out", "mutual", "sentence_order",
    "lead_in", "lead_out", "tail_in", "tail_out",
    "numbers_shared", "numbers_in", "numbers_out", "number_conflict", "names_shared", "names_in", "names_out",
    "name_conflict", "facts_aligned", "slot_share", "slots", "gap_rate", "gap_weight", "edited_share",
    "title", "length_ratio", "words_in", "words_out", "furniture_in", "furniture_out", "single_mean", "extra_blocks",
    "topics_in", "topics_out", "spread_in", "spread_out", "block_in", "block_out", "rest_in", "rest_out",
)  # fmt: skip
LOOK_COSINE: Final = 0.25
LOOK_SHINGLES: Final = 0.08
Directed = Callable[[str, float, float], None]
INDEX: Final = {name: i for i, name in enumerate(NAMES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The features of a pair, and how much of each stands in the other (0 to 1, by weight of words, no boilerplate)."""

    values: Array
    share_a: float
    share_b: float
    a_is_inner: bool
    alignment: Alignment
    matched_a: Array
    matched_b: Array

    def __getitem__(self, name: str) -> float:
        return float(self.values[INDEX[name]])


def weigh_pair(a: Reading, b: Reading, keep_a: Array | None = None, keep_b: Array | None = None) -> Evidence:
    """The evidence on a pair; `keep_*` tells for each word whether it counts (False: boilerplate of its site)."""
    keep_a = np.ones(len(a.words), dtype=bool) if keep_a is None else keep_a
    keep_b = np.ones(len(b.words), dtype=bool) if keep_b is None else keep_b
    found = align(a, b, keep_a, keep_b)
    common = a.shingle_set[meet(a.shingle_set, b.shingle_set)[0]]
    side_a, side_b = _side(a, keep_a, common), _side(b, keep_b, common)
    align_a = _mean(found.cover_ab, found.weight_a)
    align_b = _mean(found.cover_ba, found.weight_b)
    share_a = max(side_a.verbatim, 0.0)
    share_b = max(side_b.verbatim, 0.0)
    a_inner = (align_a + share_a, -len(a.words)) >= (align_b + share_b, -len(b.words))
    v: dict[str, float] = {}

    def directed(name: str, of_a: float, of_b: float) -> None:
        v[f"{name}_in"], v[f"{name}_out"] = (of_a, of_b) if a_inner else (of_b, of_a)

    directed("shingles", side_a.shingles, side_b.shingles)
    directed("verbatim", side_a.verbatim, side_b.verbatim)
    inner = side_a if a_inner else side_b
    v["longest_run"] = np.log1p(inner.longest)
    v["mean_run"] = np.log1p(inner.mean_run)
    v["order"] = _order(a, b, common)
    _stem_features(a, b, v, directed)
    v["gram_cosine"] = _cosine(a.grams, b.grams)
    directed("align", align_a, align_b)
    directed("half", _mean(found.cover_ab > 0.5, found.weight_a), _mean(found.cover_ba > 0.5, found.weight_b))
    directed("strong", _mean(found.cover_ab > 0.75, found.weight_a), _mean(found.cover_ba > 0.75, found.weight_b))
    _order_features(found, v)
    directed("lead", _mean(found.cover_ab[:3], found.weight_a[:3]), _mean(found.cover_ba[:3], found.weight_b[:3]))
    directed("tail", _mean(found.cover_ab[-3:], found.weight_a[-3:]), _mean(found.cover_ba[-3:], found.weight_b[-3:]))
    _fact_features(a, b, keep_a, keep_b, v, directed)
    _slot_features(a, b, keep_a, keep_b, found, v)
    _edit_features(inner, v)
    v["title"] = _title(a, b)
    kept_a, kept_b = float(keep_a.sum()), float(keep_b.sum())
    v["length_ratio"] = min(kept_a, kept_b) / max(kept_a, kept_b, 1.0)
    directed("words", np.log1p(kept_a), np.log1p(kept_b))
    directed("furniture", 1 - kept_a / max(1, len(a.words)), 1 - kept_b / max(1, len(b.words)))
    directed("topics", topics_kept(a, keep_a, b), topics_kept(b, keep_b, a))
    spread_a, block_a = spread_of(found.cover_ab, found.weight_a)
    spread_b, block_b = spread_of(found.cover_ba, found.weight_b)
    directed("spread", spread_a, spread_b)
    directed("block", block_a, block_b)
    directed("rest", rest_of(a, keep_a, side_a.matched, found.cover_ab, found.weight_a),
             rest_of(b, keep_b, side_b.matched, found.cover_ba, found.weight_b))  # fmt: skip
    values = np.array([v[name] for name in NAMES], dtype=np.float32)
    return Evidence(
        values=values, share_a=max(share_a, 0.0), share_b=max(share_b, 0.0), a_is_inner=bool(a_inner),
        alignment=found, matched_a=side_a.matched, matched_b=side_b.matched,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    shingles: float
    verbatim: float
    longest: int
    mean_run: float
    runs: int
    gaps: Array
    gap_weights: Array
    matched: Array
    kept: int


def _side(r: Reading, keep: Array, common: Array) -> _Side:
    """What of one article stands verbatim (three words in a row) in the other."""
    shingles, words = r.shingles, r.words
    n = len(words)
    matched = np.zeros(n, dtype=bool)
    if len(shingles) == 0:
        none = np.empty(0)
        return _Side(shingles=0.0, verbatim=0.0, longest=0, mean_run=0.0, runs=0, gaps=none, gap_weights=none,
                     matched=matched, kept=0)  # fmt: skip
    width = n - len(shingles) + 1
    hit = _member(shingles, common)
    for i in range(width):
        matched[i : i + len(shingles)] |= hit
    matched &= keep
    start_kept = keep[: len(shingles)]
    kept = int(keep.sum())
    weight = words.weight + 0.5
    edges = np.flatnonzero(np.diff(np.concatenate(([0], matched.view(np.int8), [0]))))
    starts, ends = edges[::2], edges[1::2]
    lengths = ends - starts
    gaps = starts[1:] - ends[:-1]
    total = np.concatenate(([0.0], np.cumsum(weight * keep)))
    gap_weights = total[starts[1:]] - total[ends[:-1]] if len(starts) > 1 else np.empty(0)
    return _Side(
        shingles=float((hit & start_kept).sum() / max(1, start_kept.sum())),
        verbatim=float(weight[matched].sum() / max(1e-6, weight[keep].sum())) if kept else 0.0,
        longest=int(lengths.max()) if len(lengths) else 0,
        mean_run=float(lengths.mean()) if len(lengths) else 0.0,
        runs=len(lengths),
        gaps=gaps,
        gap_weights=gap_weights,
        matched=matched,
        kept=kept,
    )


def _member(values: Array, sorted_set: Array) -> Array:
    if len(sorted_set) == 0:
        return np.zeros(len(values), dtype=bool)
    at = np.searchsorted(sorted_set, values)
    at[at == len(sorted_set)] = 0
    return np.asarray(sorted_set[at] == values)


def _mean(values: Array, weights: Array) -> float:
    total = float(weights.sum())
    return float((values * weights).sum()) / total if total > 0 else 0.0


def worth_a_look(a: Reading, b: Reading) -> bool:
    """Whether a pair shares enough words to be weighed at all: cheap, and wrong for hardly any copy (see the tests)."""
    of_a, of_b = meet(a.stems[0], b.stems[0])
    if float(a.stem_vector[of_a] @ b.stem_vector[of_b]) >= LOOK_COSINE:
        return True
    fewest = min(len(a.shingle_set), len(b.shingle_set))
    return fewest > 0 and len(meet(a.shingle_set, b.shingle_set)[0]) >= LOOK_SHINGLES * fewest


def _order(a: Reading, b: Reading, common: Array) -> float:
    """How often the next shared shingle of A comes next in B too (1: same order; 0.5 where nothing is shared)."""
    if len(common) < 2:
        return 0.5
    at_a = np.flatnonzero(_member(a.shingles, common))
    where = np.searchsorted(common, a.shingles[at_a])
    first_b = np.zeros(len(common), dtype=np.int64)
    in_b = np.flatnonzero(_member(b.shingles, common))[::-1]
    first_b[np.searchsorted(common, b.shingles[in_b])] = in_b
    steps = np.diff(first_b[where])
    jumps = steps != 1
    return float((steps[jumps] > 0).mean()) if jumps.any() else 1.0


def _stem_features(a: Reading, b: Reading, v: dict[str, float], directed: Directed) -> None:
    (stems_a, weights_a, _), (stems_b, weights_b, _) = a.stems, b.stems
    ia, ib = meet(stems_a, stems_b)
    total_a, total_b = max(1e-6, weights_a.sum()), max(1e-6, weights_b.sum())
    directed("stems", weights_a[ia].sum() / total_a, weights_b[ib].sum() / total_b)
    v["stem_cosine"] = float(a.stem_vector[ia] @ b.stem_vector[ib])
    rare_a, rare_b = weights_a > 5.0, weights_b > 5.0
    directed("rare", rare_a[ia].sum() / max(1, rare_a.sum()), rare_b[ib].sum() / max(1, rare_b.sum()))


def _cosine(a: tuple[Array, Array], b: tuple[Array, Array]) -> float:
    ia, ib = meet(a[0], b[0])
    return float(a[1][ia] @ b[1][ib])


def _order_features(found: Alignment, v: dict[str, float]) -> None:
    count_a, count_b = len(found.weight_a), len(found.weight_b)
    back = found.partner_ba[found.partner_ab]
    mutual = (back == np.arange(count_a)) & (found.weight_a > 0)
    strength = found.single[np.arange(count_a), found.partner_ab]
    good = mutual & (strength > 0.2)
    weight = min(float(found.weight_a.sum()), float(found.weight_b.sum()))
    v["mutual"] = float((found.weight_a * strength)[good].sum()) / weight if weight else 0.0
    partners = found.partner_ab[good]
    steps = np.diff(partners)
    v["sentence_order"] = float((steps > 0).mean()) if len(steps) else 0.5
    v["single_mean"] = float(strength[good].mean()) if good.any() else 0.0
    longer = found.cover_ab if count_a >= count_b else found.cover_ba
    own = longer < 0.3
    blocks = int((np.diff(np.concatenate(([0], own.astype(np.int8)))) == 1).sum())
    v["extra_blocks"] = blocks / max(1, len(longer))


def _fact_features(
    a: Reading, b: Reading, keep_a: Array, keep_b: Array, v: dict[str, float], directed: Directed
) -> None:
    numbers_a = np.unique(a.words.stem[a.is_number & keep_a & (a.words.weight > 3)])
    numbers_b = np.unique(b.words.stem[b.is_number & keep_b & (b.words.weight > 3)])
    shared = len(meet(numbers_a, numbers_b)[0])
    v["numbers_shared"] = np.log1p(shared)
    directed("numbers", _part(shared, len(numbers_a)), _part(shared, len(numbers_b)))
    names_a = np.unique(a.words.stem[a.is_name & keep_a])
    names_b = np.unique(b.words.stem[b.is_name & keep_b])
    both = len(meet(names_a, names_b)[0])
    v["names_shared"] = np.log1p(both)
    directed("names", _part(both, len(names_a)), _part(both, len(names_b)))


def _part(shared: int, of: int) -> float:
    """The shared part, drawn to one half where there is little to go by."""
    return (shared + 0.5) / (of + 1.0)


def _slot_features(
    a: Reading, b: Reading, keep_a: Array, keep_b: Array, found: Alignment, v: dict[str, float]
) -> None:
    """In sentences that are alike: do numbers and names agree, and is what differs mostly numbers and names?"""
    count_a = len(found.weight_a)
    strength = found.single[np.arange(count_a), found.partner_ab]
    back = found.partner_ba[found.partner_ab] == np.arange(count_a)
    rows = np.flatnonzero((strength > 0.3) & back & (found.weight_a > 0))
    if len(rows) == 0:
        v.update(number_conflict=0.0, name_conflict=0.0, facts_aligned=0.5, slot_share=0.5, slots=0.0)
        return
    to_b = np.full(count_a, -1, dtype=np.int64)
    to_b[rows] = found.partner_ab[rows]
    to_a = np.full(len(found.weight_b), -1, dtype=np.int64)
    to_a[found.partner_ab[rows]] = rows
    diff_a = _differing(a, b, keep_a, to_b)
    diff_b = _differing(b, a, keep_b, to_a)
    sentences = len(rows)
    number_a = np.bincount(diff_a.row[diff_a.number & diff_a.alien], minlength=count_a) > 0
    number_b = np.bincount(diff_b.partner[diff_b.number & diff_b.alien], minlength=count_a) > 0
    any_number = np.bincount(diff_a.row[diff_a.number], minlength=count_a) > 0
    name_a = np.bincount(diff_a.row[diff_a.name & diff_a.alien], minlength=count_a) > 0
    name_b = np.bincount(diff_b.partner[diff_b.name & diff_b.alien], minlength=count_a) > 0
    v["number_conflict"] = float((number_a & number_b).sum() + 0.1) / (float(any_number.sum()) + 1.0)
    v["name_conflict"] = float((name_a & name_b).sum()) / sentences
    facts = diff_a.number | diff_a.name
    facts_b = diff_b.number | diff_b.name
    total = float(diff_a.weight[facts].sum() + diff_b.weight[facts_b].sum())
    lost = float(diff_a.weight[facts & diff_a.alien].sum() + diff_b.weight[facts_b & diff_b.alien].sum())
    v["facts_aligned"] = 1 - (lost + 3) / (total + 6)
    differing = float(diff_a.weight[diff_a.alien].sum() + diff_b.weight[diff_b.alien].sum())
    v["slot_share"] = (lost + 3) / (differing + 6)
    v["slots"] = float((number_a & number_b).sum() + (name_a & name_b).sum()) / sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class _Differing:
    row: Array
    partner: Array
    weight: Array
    alien: Array
    number: Array
    name: Array


def _differing(r: Reading, other: Reading, keep: Array, to_other: Array) -> _Differing:
    """The words of the aligned sentences of one article; `alien` are those that the partner sentence lacks."""
    words = r.words
    index = np.flatnonzero(keep & (to_other[words.sentence] >= 0))
    stem = words.stem[index]
    partner = to_other[words.sentence[index]]
    keys, theirs = sentence_keys(stem, partner), other.sentence_words
    return _Differing(
        row=words.sentence[index],
        partner=partner,
        weight=words.weight[index],
        alien=~_member(keys, theirs),
        number=r.is_number[index],
        name=r.is_name[index],
    )


def _edit_features(side: _Side, v: dict[str, float]) -> None:
    """How the verbatim runs are broken: many short gaps (words exchanged) or few long ones (blocks added or cut)."""
    short = side.gaps[side.gaps <= 6]
    v["gap_rate"] = 100.0 * len(short) / max(1, side.kept)
    v["gap_weight"] = float(side.gap_weights[side.gaps <= 6].mean()) if len(short) else 0.0
    total = float(side.gaps.sum())
    v["edited_share"] = float(short.sum()) / total if total else 0.5


def _title(a: Reading, b: Reading) -> float:
    """How much of the titles' weight is shared (0.3 where one has none)."""
    ta, ia = np.unique(a.title_words.stem, return_index=True)
    tb, ib = np.unique(b.title_words.stem, return_index=True)
    wa, wb = a.title_words.weight[ia], b.title_words.weight[ib]
    least = min(float(wa.sum()), float(wb.sum()))
    if least <= 0:
        return 0.3
    return min(1.0, float(wa[np.isin(ta, tb)].sum()) / least)
