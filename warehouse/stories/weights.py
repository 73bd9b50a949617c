"""What each term weighs in each of many documents: by how common it is, and by how new that is.

A term is as common as the prior and the documents around tonight together say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from warehouse.stories.background import Background, Floats
from warehouse.stories.terms import FIELDS, Ids, Terms

# Documents that a language without a prior is taken to have been seen in: keeps weights sane in a small window.
_UNSEEN_DOCUMENTS = 60.0

# Documents whose entries are divided at once.
_BLOCK = 4_096

# A term that at most so many documents around tonight have is one of few.
_FEW = 4

# What the rarest term counts for, where terms are weighed by how fresh they are.
_MOST_FRESH = 8.0

_SUBLINEAR = (1.0 + np.log(np.maximum(np.arange(256), 1))).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Weighed:
    """One field of many documents: an entry for each document and term, sorted by term, weighed in several ways.

    `unit`: sublinear TF times IDF, each document a unit vector. `share`: squared IDF as shares of the document (sum 1).
    `fresh`: as `unit`, terms that older documents have weighing less. `few`, `rare`: the root of the IDF of terms that
    hardly any document around, or hardly any document at all, has; 0 for others. `terms` are distinct, and `starts`
    says where the entries of each begin, and where the last ones end.
    """

    terms: Ids
    starts: NDArray[np.int64]
    docs: NDArray[np.int32]
    unit: Floats
    share: Floats
    fresh: Floats
    few: Floats
    rare: Floats

    def where(self, terms: Ids) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where the entries of some terms begin, and how many each has: none, if it is not there."""
        if not len(self.terms):
            return np.zeros(len(terms), np.int64), np.zeros(len(terms), np.int64)
        at = np.minimum(np.searchsorted(self.terms, terms), len(self.terms) - 1)
        return self.starts[at], np.where(self.terms[at] == terms, self.starts[at + 1] - self.starts[at], 0)

    def of(self, documents: NDArray[np.int64]) -> Weighed:
        """The entries of some documents alone (sorted), which are numbered anew in their order."""
        number = np.full(1 + max(self.docs.max(initial=0), documents.max(initial=0)), -1, dtype=np.int32)
        number[documents] = np.arange(len(documents), dtype=np.int32)
        docs = number[self.docs]
        some = np.flatnonzero(docs >= 0)
        runs = np.bincount(np.searchsorted(self.starts, some, side="right") - 1, minlength=len(self.terms))
        there = np.flatnonzero(runs)
        starts = np.concatenate([[0], np.cumsum(runs[there])]).astype(np.int64)
        ways = (way.take(some) if len(way) else way for way in (self.unit, self.share, self.fresh, self.few, self.rare))
        return Weighed(self.terms[there], starts, docs[some], *ways)


def weigh_unit(
    documents: Sequence[Terms], field: str, *, english: NDArray[np.bool_], background: Background
) -> tuple[Ids, Floats]:
    """The term ids of a field of all documents, sorted, and their weights, as `Weighed.unit` has them: no more."""
    n = len(documents)
    (entries,) = _entries(documents, field, most=None)
    unit = _SUBLINEAR[entries.counts] * _idf(entries, n, english, background)
    return entries.ids, (unit / _lengths(_squares(unit, entries.docs, n))[entries.docs]).astype(np.float32)


def weigh_terms(
    documents: Sequence[Terms], field: str, *, english: NDArray[np.bool_], background: Background,
    old: NDArray[np.bool_] | None = None, kept: Ids | None = None, share: bool = True, fresh: bool = True,
    most: int = 1_000_000,
) -> Weighed:  # fmt: skip
    """Weighs a field. `english`: which documents the prior speaks about; `old`: which are older than tonight's.

    The IDF adds the window's own counts to the prior's, so that a word which a new affair made common weighs less.
    Every term counts in it and in the lengths of the documents, but where `kept` is given (sorted) the result has the
    entries of these terms alone: those of tonight are a small part of a long window's. Without `share` the shares and
    `rare` are left out (empty), without `fresh` the fresh weights and `few`. At most so many entries (`most`) are
    weighed at once, whatever the window.
    """
    n = len(documents)
    squares, shares, fresh_squares = np.zeros(n), np.zeros(n), np.zeros(n)
    parts: list[tuple[NDArray[Any], ...]] = []
    for entries in _entries(documents, field, most=most):
        terms, docs, runs = entries.ids[entries.starts], entries.docs, entries.runs
        idf = _idf(entries, n, english, background)
        frequency = _SUBLINEAR.take(entries.counts)
        unit = frequency * idf
        squares += _squares(unit, docs, n)
        if share:
            shares += _squares(idf, docs, n)
        freshly: NDArray[Any] = np.zeros(0)
        if fresh:
            aged = np.zeros(len(runs))
            if old is not None and len(runs):
                aged += np.add.reduceat(old[docs] * 1.0, entries.starts)
            newness = np.log1p(60.0 / (1.0 + 3.0 * aged))
            freshly = frequency * np.minimum(idf, _MOST_FRESH) * np.repeat(newness, runs)
            fresh_squares += _squares(freshly, docs, n)
        if kept is not None:
            wanted = _among(terms, kept)
            some = np.flatnonzero(np.repeat(wanted, runs))
            docs, idf, unit = docs.take(some), idf.take(some), unit.take(some)
            freshly = freshly.take(some) if fresh else freshly
            terms, runs = terms[wanted], runs[wanted]
        parts.append((terms, runs, docs, idf, unit, freshly))
    # Part by part, each given up for what it weighs: a window's are the most that a night holds in memory.
    weighed: list[tuple[NDArray[Any], ...]] = []
    lengths, fresh_lengths, shares = _lengths(squares), _lengths(fresh_squares), np.maximum(shares, 1e-9)
    least = np.log(1.0 + max(background.documents, _UNSEEN_DOCUMENTS) / 8.0)
    none = np.zeros(0, dtype=np.float32)
    parts.reverse()
    while parts:
        terms, runs, docs, idf, unit, freshly = parts.pop()
        root = np.sqrt(idf)
        ways = (
            unit / lengths.take(docs), idf * idf / shares.take(docs) if share else none,
            freshly / fresh_lengths.take(docs) if fresh else none,
            np.where(np.repeat(runs <= _FEW, runs), root, 0.0) if fresh else none,
            np.where(idf > least, root, 0.0) if share else none,
        )  # fmt: skip
        weighed.append((terms, runs, docs, *(way.astype(np.float32) for way in ways)))
    columns = [list(column) for column in zip(*weighed, strict=True)]
    weighed.clear()
    terms, runs, docs, *wholes = (_together(column) for column in columns)
    return Weighed(terms, np.concatenate([[0], np.cumsum(runs)]).astype(np.int64), docs, *wholes)


def _together(column: list[NDArray[Any]]) -> NDArray[Any]:
    """The arrays as one; the list is empty afterwards."""
    whole = column[0] if len(column) == 1 else np.concatenate(column)
    column.clear()
    return whole


def vocabulary(documents: Sequence[Terms], fields: Sequence[str]) -> Ids:
    """The terms that some fields of some documents have, sorted."""
    return np.unique(np.concatenate([d.ids_of(field) for d in documents for field in fields]))


@dataclass(frozen=True, slots=True)
class _Entries:
    """A field's entries sorted by term, those of a term by document; where each term's begin, and how many they are."""

    ids: Ids
    counts: NDArray[np.uint8]
    docs: NDArray[np.int32]
    starts: NDArray[np.int64]
    runs: NDArray[np.int64]


def _entries(documents: Sequence[Terms], field: str, *, most: int | None) -> Iterator[_Entries]:
    """A field's entries, by ranges of terms where they are more than `most`; at least one range."""
    total = sum(d.bounds[FIELDS.index(field) + 1] - d.bounds[FIELDS.index(field)] for d in documents)
    ranges = 1 if most is None else 1 + total // most
    if ranges == 1:
        yield _sorted(*_columns(documents, field, 0))
        return
    pieces: list[list[tuple[NDArray[Any], ...]]] = [[] for _ in range(ranges)]
    for first in range(0, len(documents), _BLOCK):
        columns = _columns(documents[first : first + _BLOCK], field, first)
        of = (columns[0].astype(np.uint64) * np.uint64(ranges) >> np.uint64(32)).astype(np.uint16)
        order = np.argsort(of, kind="stable")
        edges = np.searchsorted(of[order], np.arange(ranges + 1))
        for piece, begin, end in zip(pieces, edges[:-1], edges[1:], strict=True):
            piece.append(tuple(column[order[begin:end]] for column in columns))
    while pieces:  # each range is given up when it is sorted
        yield _sorted(*(np.concatenate(column) for column in zip(*pieces.pop(0), strict=True)))


def _columns(
    documents: Sequence[Terms], field: str, first: int
) -> tuple[Ids, NDArray[np.uint8], NDArray[np.int32]]:
    """The ids, counts and documents (numbered from `first` on) of a field's entries."""
    place = FIELDS.index(field)
    spans = [slice(*d.bounds[place : place + 2]) for d in documents]
    lengths = np.array([span.stop - span.start for span in spans], dtype=np.int64)
    ids = np.concatenate([d.ids[span] for d, span in zip(documents, spans, strict=True)])
    counts = np.concatenate([d.counts[span] for d, span in zip(documents, spans, strict=True)])
    return ids, counts, np.repeat(np.arange(first, first + len(documents), dtype=np.int32), lengths)


def _sorted(ids: Ids, counts: NDArray[np.uint8], docs: NDArray[np.int32]) -> _Entries:
    # By term, then as they stand: numbers are sorted many times as fast as places by what stands there.
    order = np.sort((ids.astype(np.uint64) << np.uint64(32)) | np.arange(len(ids), dtype=np.uint64)).astype(np.uint32)
    ids, counts, docs = ids.take(order), counts.take(order), docs.take(order)
    starts = np.flatnonzero(np.concatenate([[True], ids[1:] != ids[:-1]])) if len(ids) else np.zeros(0, np.int64)
    return _Entries(ids, counts, docs, starts, np.diff(np.concatenate([starts, [len(ids)]])).astype(np.int64))


def _among(ids: Ids, kept: Ids) -> NDArray[np.bool_]:
    """Which of the ids (sorted, distinct) are among those kept (sorted): these are fewer, and looked for."""
    found = np.zeros(len(ids), dtype=np.bool_)
    if len(ids) and len(kept):
        at = np.minimum(np.searchsorted(ids, kept), len(ids) - 1)
        found[at[ids[at] == kept]] = True
    return found


def _idf(entries: _Entries, documents: int, english: NDArray[np.bool_], background: Background) -> Floats:
    """The IDF of each entry's term, in its document's language; worked out once for each term and kind of language."""
    unseen = np.log(1.0 + (_UNSEEN_DOCUMENTS + documents) / (0.5 + entries.runs)).astype(np.float32)
    if not english.any():
        return np.repeat(unseen, entries.runs)
    seen = background.counts_of(entries.ids[entries.starts])
    total = max(background.documents, _UNSEEN_DOCUMENTS) + documents
    known = np.repeat(np.log(1.0 + total / (0.5 + entries.runs + seen)).astype(np.float32), entries.runs)
    if english.all():
        return known
    found: Floats = np.where(english[entries.docs], known, np.repeat(unseen, entries.runs))
    return found


def _squares(weights: NDArray[Any], docs: NDArray[np.int32], documents: int) -> NDArray[np.float64]:
    """The sum of the squared weights of each document."""
    return np.bincount(docs, weights=weights * weights, minlength=documents).astype(np.float64, copy=False)


def _lengths(squares: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.maximum(np.sqrt(squares), 1e-9)
