"""How common a term is outside of the collection: a shipped prior of document counts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from warehouse.stories.terms import Ids

Floats = NDArray[np.float32]

PRIOR_FILE = "english_terms.npz"
PRIOR_SHA256 = "aafbae07971d0998421b3fb752d5d1424f13320e992a1ac3fdd6ebac3cba846f"

# A prior is looked up by so many first bits of an id.
_FIRST_BITS = 20
_REST = np.uint32(32 - _FIRST_BITS)


@dataclass(frozen=True, slots=True)
class Background:
    """Document counts by term id (sorted) over `documents` English articles; they never change with the corpus."""

    ids: Ids
    counts: Floats
    documents: float
    # By the first bits of an id, where the first id stands that begins so (-1: none does); which bits several share.
    _places: NDArray[np.int32] = field(init=False, repr=False, compare=False)
    _shared: NDArray[np.bool_] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Ids are spread evenly, as hashes are: most are found by their first bits alone."""
        places = np.full(1 << _FIRST_BITS, -1, dtype=np.int32)
        begins = self.ids >> _REST
        places[begins[::-1]] = np.arange(len(self.ids), dtype=np.int32)[::-1]
        shared = np.zeros(1 << _FIRST_BITS, dtype=np.bool_)
        shared[begins[1:][begins[1:] == begins[:-1]]] = True
        object.__setattr__(self, "_places", places)
        object.__setattr__(self, "_shared", shared)

    def counts_of(self, ids: Ids) -> Floats:
        """Prior document counts; 0 for a term that the prior has not."""
        if not len(self.ids):
            return np.zeros(len(ids), dtype=np.float32)
        begins = ids >> _REST
        at = self._places[begins]
        found: Floats = np.where(self.ids[at] == ids, self.counts[at], np.float32(0))
        if len(several := np.flatnonzero(self._shared[begins])):
            at = np.minimum(np.searchsorted(self.ids, ids[several]), len(self.ids) - 1)
            found[several] = np.where(self.ids[at] == ids[several], self.counts[at], np.float32(0))
        return found


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
