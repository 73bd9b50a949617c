"""How common a term is: a shipped prior of document counts, plus what the window around tonight has."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from warehouse.stories.terms import Ids, Terms

Floats = NDArray[np.float32]

PRIOR_FILE = "english_terms.npz"
PRIOR_SHA256 = "3dc4358671cdcc794cf2061128ccf47212f55472270a4f62c39dad4f3557e137"

# Documents that a language without a prior is taken to have been seen in: keeps weights sane in a small window.
_UNSEEN_DOCUMENTS = 60.0

# Products of weights that are held at once.
_PRODUCTS = 1_000_000


@dataclass(frozen=True, slots=True)
class Background:
    """Document counts by term id (sorted) over `documents` English articles; they never change with the corpus."""

    ids: Ids
    counts: Floats
    documents: float

    def counts_of(self, ids: Ids) -> Floats:
        """Prior document counts; 0 for a term that the prior has not."""
        if not len(self.ids):
            return np.zeros(len(ids), dtype=np.float32)
        at = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return np.where(self.ids[at] == ids, self.counts[at], np.float32(0))


@cache
def load_background() -> Background:
    """The shipped prior; raises ValueError where the file is not the one that this code was released with."""
    data = (files("warehouse.stories") / PRIOR_FILE).read_bytes()
    if hashlib.sha256(data).hexdigest() != PRIOR_SHA256:
        raise ValueError(f"{PRIOR_FILE} is not the file that this release was built with")
    with np.load(BytesIO(data)) as stored:
        return Background(
            ids=stored["ids"], counts=stored["counts"].astype(np.float32), documents=float(stored["documents"])
        )


@dataclass(frozen=True, slots=True)
class Postings:
    """Entries of many documents in one field, sorted by term: `weights` make each document a unit vector."""

    ids: Ids
    docs: NDArray[np.int64]
    weights: Floats
    documents: int


@dataclass(frozen=True, slots=True)
class Weighed:
    """One field of many documents, weighed three ways: unit vectors, shares of the document (sum 1), and presence."""

    unit: Postings
    share: Postings
    present: Postings
    idf: Floats

    def rare(self, background: Background) -> Postings:
        """The terms that hardly any other document has, weighed by the root of their IDF."""
        least = np.log(1.0 + max(background.documents, _UNSEEN_DOCUMENTS) / 8.0)
        weights = np.where(self.idf > least, np.sqrt(self.idf), 0.0).astype(np.float32)
        return Postings(self.unit.ids, self.unit.docs, weights, self.unit.documents)


def weigh_terms(
    documents: Sequence[Terms], field: str, *, english: NDArray[np.bool_], background: Background
) -> Weighed:
    """Sublinear TF times IDF. `english`: which documents the prior speaks about.

    The IDF adds the window's own counts to the prior's, so that a word which a new affair made common weighs less.
    """
    lengths = np.array([len(d.fields[field][0]) for d in documents], dtype=np.int64)
    ids = np.concatenate([d.fields[field][0] for d in documents])
    counts = np.concatenate([d.fields[field][1] for d in documents]).astype(np.float32)
    docs = np.repeat(np.arange(len(documents)), lengths)
    order = np.argsort(ids, kind="stable")
    ids, counts, docs = ids[order], counts[order], docs[order]
    starts = np.flatnonzero(np.concatenate([[True], ids[1:] != ids[:-1]])) if len(ids) else np.zeros(0, np.int64)
    spread = np.diff(np.concatenate([starts, [len(ids)]])).astype(np.int64)
    known = english[docs]
    seen = np.where(known, np.repeat(background.counts_of(ids[starts]), spread), 0.0)
    total = np.where(known, max(background.documents, _UNSEEN_DOCUMENTS), _UNSEEN_DOCUMENTS) + len(documents)
    idf = np.log(1.0 + total / (0.5 + np.repeat(spread, spread) + seen)).astype(np.float32)
    unit = (1.0 + np.log(counts)) * idf
    norms = np.sqrt(np.bincount(docs, weights=unit * unit, minlength=len(documents)))
    squares = idf * idf
    sums = np.bincount(docs, weights=squares, minlength=len(documents))
    ways = (unit / np.maximum(norms[docs], 1e-9), squares / np.maximum(sums[docs], 1e-9), np.ones(len(ids)))
    first, share, present = (Postings(ids, docs, way.astype(np.float32), len(documents)) for way in ways)
    return Weighed(first, share, present, idf)


def rows_of(postings: Postings, wanted: NDArray[np.int64]) -> Postings:
    """The entries of some documents alone, renumbered in the order of `wanted`."""
    place = np.full(postings.documents, -1, dtype=np.int64)
    place[wanted] = np.arange(len(wanted))
    kept = place[postings.docs] >= 0
    return Postings(postings.ids[kept], place[postings.docs[kept]], postings.weights[kept], len(wanted))


def similarities(left: Postings, right: Postings) -> Floats:
    """Cosines of every document of `left` (rows) with every one of `right`; 0 where either is empty."""
    size = left.documents * right.documents
    if not len(left.ids) or not len(right.ids):
        return np.zeros((left.documents, right.documents), np.float32)
    low = np.searchsorted(right.ids, left.ids, side="left")
    runs = np.searchsorted(right.ids, left.ids, side="right") - low
    flat = np.zeros(size, np.float64)
    ends = np.cumsum(runs)
    begin = 0
    while begin < len(runs):  # in slices, so that the products never take much memory
        before = int(ends[begin - 1]) if begin else 0
        end = max(begin + 1, int(np.searchsorted(ends, before + _PRODUCTS, side="right")))
        some = runs[begin:end]
        entries = np.repeat(np.arange(begin, end), some)
        places = np.arange(int(some.sum())) + np.repeat(low[begin:end] - (ends[begin:end] - some - before), some)
        cells = left.docs[entries] * right.documents + right.docs[places]
        flat += np.bincount(cells, weights=left.weights[entries] * right.weights[places], minlength=size)
        begin = end
    return flat.astype(np.float32).reshape(left.documents, right.documents)
