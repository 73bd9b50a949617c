"""Whether two articles report the same event: what a pair of them has in common, as features for the learned model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from warehouse.stories.background import Background, Floats
from warehouse.stories.crossing import crosses
from warehouse.stories.likeness import Way, similarities
from warehouse.stories.terms import FIELDS, Terms
from warehouse.stories.weights import Weighed, vocabulary, weigh_terms

FEATURES = (
    *FIELDS, "title in body, best", "title in body, least", "title covered, best", "title covered, least",
    "lead covered, best", "lead covered, least", "names covered, best", "names covered, least", "rare names",
    "fresh body", "few body", "fresh names", "few names", "fresh bigrams", "few bigrams", "fresh title", "few title",
    "days apart", "same site", "context", "context, strictest", "rank", "rank back", "length ratio", "length",
    "title and names", "context least", "context best", "short of best",
)  # fmt: skip

# Articles that share less than this cosine of their bodies, leads and titles are not compared further.
_CANDIDATE = 0.06

# The fields by which pairs are found that are worth a comparison.
_NEAR = ("title", "lead", "body")

# The fields whose terms are also weighed by how fresh they are, and by how few reports have them.
_FRESH = ("body", "names", "bigrams", "title")

# The fields whose terms are also weighed by their share of the report.
_SHARED = ("title", "lead", "names")

_ROWS = 64

# Among more subjects than this, those that are compared further are looked at apart from the others.
_MANY = 2_000


@dataclass(frozen=True, slots=True)
class Subject:
    """What a pair is judged by: terms, publisher's site, days since 1970 (fractions count; None unknown), language.

    `seen` is the day by which it was out, where that is all that is known of its time.
    """

    terms: Terms
    site: str
    day: float | None
    language: str | None
    seen: float | None = None


@dataclass(frozen=True, slots=True)
class Pairs:
    """Compared pairs: row (tonight's article), column (any subject), probability of the same event.

    `strength` is how much they have in common, of one event or not: 0 to 2, above .25 of one matter.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    probability: Floats
    strength: Floats


def compare(
    subjects: Sequence[Subject], tonight: int, *, background: Background, window_days: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Pairs of the first `tonight` subjects with each other and with the rest: rows, columns, `FEATURES` of each.

    Each unordered pair of tonight's comes once (row < column). Pairs further apart than `window_days`, or with hardly
    a word in common, are left out.
    """
    english = np.array([s.language in ("en", None) for s in subjects], dtype=np.bool_)
    days = np.array([np.nan if s.day is None else s.day for s in subjects])
    seen = np.array([np.nan if s.seen is None or s.day is not None else s.seen for s in subjects])
    old = days < _usual_day(days[:tonight]) - 1.0
    terms = [s.terms for s in subjects]
    # Words stand in several fields, and are compared across them.
    words = vocabulary(terms[:tonight], _NEAR)
    weighed = {
        name: weigh_terms(
            terms, name, english=english, background=background, old=old,
            kept=words if name in _NEAR else vocabulary(terms[:tonight], [name]),
            share=name in _SHARED, fresh=name in _FRESH,
        )
        for name in FIELDS
    }  # fmt: skip
    languages = crosses([s.language for s in subjects])
    found = [
        _compare_rows(weighed, np.arange(start, min(start + _ROWS, tonight)), days, seen, languages, window_days)
        for start in range(0, tonight, _ROWS)
    ]
    rows, columns = (np.concatenate([f[i] for f in found]) for i in (0, 1))
    base = np.concatenate([f[2] for f in found])
    strength = np.concatenate([f[3] for f in found])
    sites = np.unique([s.site for s in subjects], return_inverse=True)[1]
    lengths = np.array([s.terms.tokens for s in subjects], dtype=np.float32)
    around = _surroundings(rows, columns, strength, len(subjects), tonight)
    shorter = np.minimum(lengths[rows], lengths[columns])
    longer = np.maximum(np.maximum(lengths[rows], lengths[columns]), 1)
    same = (sites[rows] == sites[columns]).astype(np.float32)
    best_row, best_column = around[0][rows], around[0][columns]
    columns_of = [
        *base.T, same, strength / np.sqrt(np.maximum(best_row * best_column, 1e-3)),
        strength / np.maximum(np.maximum(best_row, best_column), 0.02), around[1], around[2],
        np.log(shorter / longer + 1e-3), np.log1p(shorter), base[:, 0] * base[:, 3],
        np.minimum(best_row, best_column), np.maximum(best_row, best_column), best_row - strength,
    ]  # fmt: skip
    return rows, columns, np.stack(columns_of, axis=1).astype(np.float32)


def same_form(one: Terms, other: Terms) -> bool:
    """Whether two headlines are one form filled in twice ("Notice 14: A entered in the list"): each shares half of its
    words with the other at least, and most of the rest does not occur in the other's report at all."""
    titles = one.ids_of("title"), other.ids_of("title")
    shared = np.intersect1d(*titles)
    if 2 * len(shared) < max(len(title) for title in titles):
        return False
    for title, report in zip(titles, (other, one), strict=True):
        own = np.setdiff1d(title, shared)
        if not len(own) or 2 * len(np.intersect1d(own, report.ids_of("body"))) >= len(own):
            return False
    return True


def _usual_day(days: Floats) -> float:
    """The day that most of some documents are about; minus infinity where none is dated."""
    dated = days[~np.isnan(days)]
    return float(np.median(dated)) if len(dated) else -np.inf


def _compare_rows(
    weighed: dict[str, Weighed], rows: NDArray[np.int64], days: Floats, seen: Floats, languages: NDArray[np.int64],
    window_days: float,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32], Floats]:
    n = len(days)
    cosine = {
        name: similarities(weighed[name], weighed[name], [(weighed[name].unit, weighed[name].unit)], rows, n)[0]
        for name in _NEAR
    }
    near = np.maximum.reduce([cosine[name] for name in _NEAR])
    apart = np.abs(days[rows][:, None] - days[None, :])
    # What is dated after the day by which an undated one was out is at least so many days from it.
    later = np.fmax(days[None, :] - seen[rows][:, None], days[rows][:, None] - seen[None, :])
    apart = np.where(np.isnan(apart), np.where(later > 0, later, -1.0), apart)
    worth = near.reshape(apart.shape) >= _CANDIDATE
    if len(np.unique(languages[languages >= 0])) > 1:
        across = (languages[rows][:, None] != languages) & (languages[rows][:, None] >= 0) & (languages >= 0)
        alike = [
            similarities(weighed[name], weighed[name], [(weighed[name].unit, weighed[name].unit)], rows, n)[0]
            for name in ("names", "numbers")
        ]
        worth |= across & (np.minimum(*alike).reshape(apart.shape) >= _CANDIDATE)
    wanted = (apart <= window_days) & (np.arange(n) > rows[:, None]) & worth
    r, c = np.nonzero(wanted)
    cells = np.flatnonzero(wanted)
    columns = [cosine[name][cells] for name in _NEAR]
    found = rows[r], c
    if n > _MANY:  # few of them are compared further
        some = np.union1d(rows, c)
        weighed = {name: whole.of(some) for name, whole in weighed.items()}
        rows, n = np.searchsorted(some, rows), len(some)
        cells = r * n + np.searchsorted(some, c)
    columns += [*_in_common(weighed, rows, n, cells), apart[wanted]]
    strength = columns[2] + 0.5 * columns[1] + 0.5 * columns[3]
    return *found, np.stack(columns, axis=1).astype(np.float32), strength.astype(np.float32)


def _in_common(
    weighed: dict[str, Weighed], rows: NDArray[np.int64], n: int, cells: NDArray[np.int64]
) -> list[Floats]:
    """What some pairs have in common: `FEATURES` from "names" to "few title". `cells`: row times `n` plus column."""
    title, lead, body = (weighed[name] for name in FIELDS[:3])
    sums = {
        name: similarities(some, some, ways, rows, n, cells)
        for name, some in weighed.items() if (ways := _ways(name, some))
    }  # fmt: skip
    title_there, title_share = similarities(title, body, [(title.unit, body.unit), (title.share, None)], rows, n, cells)
    title_back, title_share_back = similarities(
        body, title, [(body.unit, title.unit), (None, title.share)], rows, n, cells
    )
    (lead_share,) = similarities(lead, body, [(lead.share, None)], rows, n, cells)
    (lead_share_back,) = similarities(body, lead, [(None, lead.share)], rows, n, cells)
    rare, names_share, names_share_back = sums["names"][-3:]
    columns = [sums[name].pop(0) for name in FIELDS if name not in _NEAR]
    for there, back in (
        (title_there, title_back), (title_share, title_share_back), (lead_share, lead_share_back),
        (names_share, names_share_back),
    ):  # fmt: skip
        columns += [np.maximum(there, back), np.minimum(there, back)]
    columns.append(np.log1p(rare))
    for name in _FRESH:
        columns += [sums[name][0], np.log1p(sums[name][1])]
    return columns


def _ways(name: str, some: Weighed) -> list[Way]:
    ways: list[Way] = [] if name in _NEAR else [(some.unit, some.unit)]
    ways += [(some.fresh, some.fresh), (some.few, some.few)] if name in _FRESH else []
    ways += [(some.rare, some.rare), (some.share, None), (None, some.share)] if name == "names" else []
    return ways


def _surroundings(
    rows: NDArray[np.int64], columns: NDArray[np.int64], strength: Floats, size: int, tonight: int
) -> tuple[Floats, Floats, Floats]:
    """Each subject's best strength; for each pair its rank among the row's, and among the column's, pairs (0 to 10)."""
    best = np.zeros(size, np.float32)
    np.maximum.at(best, rows, strength)
    np.maximum.at(best, columns, strength)
    subject = np.concatenate([rows, columns])
    both = np.concatenate([strength, strength])
    order = np.lexsort((-both, subject))
    starts = np.flatnonzero(np.append(True, subject[order][1:] != subject[order][:-1])[: len(order)])
    rank = np.zeros(len(both), np.float32)
    spread = np.diff(np.concatenate([starts, [len(order)]])).astype(np.int64)
    rank[order] = np.arange(len(order)) - np.repeat(starts, spread)
    rank = np.minimum(rank, 10.0)
    return best, rank[: len(rows)], rank[len(rows) :]
