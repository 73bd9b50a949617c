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
PRIOR_SHA256 = ""

# Documents that a language without a prior is taken to have been seen in: keeps weights sane in a small window.
_UNSEEN_DOCUMENTS = 60.0


@dataclass(frozen=True, slots=True)
class Background:
    """Document counts by term id (sorted) over `documents` English articles. The counts never change with the corpus."""

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
    place = files("warehouse.stories") / PRIOR_FILE
    if not place.is_file():
        return Background(ids=np.zeros(0, np.uint32), counts=np.zeros(0, np.float32), documents=0.0)
    data = place.read_bytes()
    if PRIOR_SHA256 and hashlib.sha256(data).hexdigest() != PRIOR_SHA256:
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


def weigh_terms(
    documents: Sequence[Terms], field: str, *, english: NDArray[np.bool_], background: Background
) -> Postings:
    """Sublinear TF times IDF, each document of length 1. `english`: which documents the prior speaks about.

    The IDF adds the window's own counts to the prior's, so that a word which a new affair made common weighs less.
    """
    lengths = np.array([len(d.fields[field][0]) for d in documents], dtype=np.int64)
    if not lengths.sum():
        nothing = np.zeros(0, np.float32)
        return Postings(np.zeros(0, np.uint32), np.zeros(0, np.int64), nothing, len(documents))
    ids = np.concatenate([d.fields[field][0] for d in documents])
    counts = np.concatenate([d.fields[field][1] for d in documents]).astype(np.float32)
    docs = np.repeat(np.arange(len(documents)), lengths)
    order = np.argsort(ids, kind="stable")
    ids, counts, docs = ids[order], counts[order], docs[order]
    starts = np.flatnonzero(np.concatenate([[True], ids[1:] != ids[:-1]]))
    distinct = ids[starts]
    here = np.diff(np.concatenate([starts, [len(ids)]])).astype(np.float32)
    spread = np.diff(np.concatenate([starts, [len(ids)]]))
    seen = np.repeat(background.counts_of(distinct), spread)
    near = np.repeat(here, spread)
    known = english[docs]
    total = np.where(known, background.documents, _UNSEEN_DOCUMENTS) + len(documents)
    idf = np.log(1.0 + total / (0.5 + near + np.where(known, seen, 0.0)))
    weights = (1.0 + np.log(counts)) * idf
    norms = np.sqrt(np.bincount(docs, weights=weights * weights, minlength=len(documents)))
    weights = weights / np.maximum(norms[docs], 1e-9)
    return Postings(ids, docs, weights.astype(np.float32), len(documents))


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
    entries = np.repeat(np.arange(len(left.ids)), runs)
    ends = np.cumsum(runs)
    places = np.arange(int(ends[-1])) + np.repeat(low - (ends - runs), runs)
    cells = left.docs[entries] * right.documents + right.docs[places]
    products = left.weights[entries] * right.weights[places]
    flat = np.bincount(cells, weights=products, minlength=size)
    return flat.astype(np.float32).reshape(left.documents, right.documents)
