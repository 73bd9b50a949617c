"""Which earlier stories are about what tonight's are: those that share heavy terms with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from warehouse.sql import load_sql
from warehouse.stories.telling import Story

# Stories that are kept in memory between nights (about 400 bytes each); of more, each night reads them anew.
KEPT = 200_000

# Stories that are looked through at once.
_BATCH = 50_000

# Products of weights that are held at once.
_PRODUCTS = 500_000

# Batches of stories told since, before they are put together.
_LOOSE = 30

# Those that count however old they are.
_ALWAYS = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Kindred:
    """An earlier story that shares heavy terms with one of tonight's groups."""

    story_id: str
    storyline_id: str
    similarity: float


@dataclass(frozen=True, slots=True)
class _Vectors:
    """Some stories: when each began (microseconds since 1970), the terms of all with weights, where those of each
    begin."""

    stories: pa.StringArray
    lines: pa.StringArray
    begun: NDArray[np.int64]
    terms: NDArray[np.uint32]
    weights: NDArray[np.float32]
    offsets: NDArray[np.int64]


class StoryVectors:
    """What earlier stories are about, as the warehouse has it and as was told since.

    Kept from one night to the next while they are few; nothing else may write stories meanwhile.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self._kept: list[_Vectors] | None = None
        self._fresh: list[_Vectors] = []  # told, and not among the kept

    def find(
        self, vectors: Mapping[int, Mapping[int, float]], *, since: datetime, least: float
    ) -> dict[int, list[Kindred]]:
        """For each group of tonight (by number) the earlier stories that are at least so much like it.

        `since`: when an earlier story must have begun, unless it is a reference document's; no earlier than in the
        call before.
        """
        if not any(vectors.values()):
            return {}
        wanted = _Wanted.of(vectors)
        found: dict[int, list[Kindred]] = defaultdict(list)
        for some in self._batches(since):
            wanted.look_through(some, _micros(since), least, found)
        return found

    def take(self, stories: Sequence[Story]) -> None:
        """Stories that were told, whether they are stored or not."""
        if stories:
            self._fresh.append(_vectors_of(stories))

    def stored(self) -> None:
        """All that was taken is in the warehouse by now."""
        if self._kept is None or sum(len(some.begun) for some in (*self._kept, *self._fresh)) > KEPT:
            self._kept = None
            self._fresh.clear()

    def _batches(self, since: datetime) -> Iterator[_Vectors]:
        if self._kept is None:
            read = self._read(since)
            first = list(islice(read, 1 + KEPT // _BATCH))
            rest = next(read, None)
            if rest is None:
                self._kept = first
            else:
                yield from chain(first, [rest], read)
        elif len(self._fresh) > _LOOSE:
            if self._kept and len(self._kept[-1].begun) < _BATCH:
                self._fresh.insert(0, self._kept.pop())
            self._kept.append(_together(self._fresh))
            self._fresh.clear()
        yield from self._kept or ()
        if self._fresh:
            yield _together(self._fresh)

    def _read(self, since: datetime) -> Iterator[_Vectors]:
        found = self._con.execute(load_sql("stories_kindred"), {"since": since}).to_arrow_reader(_BATCH)
        for batch in found:
            begun, terms, weights = (batch.column(name) for name in ("first_us", "terms", "weights"))
            yield _Vectors(
                batch.column("story_id"), batch.column("storyline_id"),
                begun.fill_null(_ALWAYS).to_numpy(zero_copy_only=False), terms.flatten().to_numpy(zero_copy_only=False),
                weights.flatten().to_numpy(zero_copy_only=False),
                terms.offsets.to_numpy().astype(np.int64) - terms.offsets[0].as_py(),
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The terms of all groups of tonight, sorted, with the group that has each and what it weighs there.

    `maybe` tells of a term's first bits whether any of the terms begins so: most terms of the past are ruled out by it.
    """

    terms: NDArray[np.uint32]
    weights: NDArray[np.float64]
    owners: NDArray[np.int64]
    maybe: NDArray[np.bool_]
    shift: np.uint32

    @classmethod
    def of(cls, vectors: Mapping[int, Mapping[int, float]]) -> _Wanted:
        terms = np.array([term for vector in vectors.values() for term in vector], dtype=np.uint32)
        weights = np.array([float(f"{w:.5f}") for vector in vectors.values() for w in vector.values()])
        owners = np.repeat(np.fromiter(vectors, np.int64, len(vectors)), [len(vector) for vector in vectors.values()])
        order = np.argsort(terms, kind="stable")
        bits = min(24, max(12, int(16 * len(terms)).bit_length()))
        shift = np.uint32(32 - bits)
        maybe = np.zeros(1 << bits, dtype=np.bool_)
        maybe[terms >> shift] = True
        return cls(terms[order], weights[order], owners[order], maybe, shift)

    def look_through(
        self, known: _Vectors, since: int, least: float, found: dict[int, list[Kindred]]
    ) -> None:
        """Adds the known stories that are like a group."""
        here = np.flatnonzero(self.maybe[known.terms >> self.shift])
        terms = known.terms[here]
        low = np.searchsorted(self.terms, terms, side="left")
        runs = np.searchsorted(self.terms, terms, side="right") - low
        shared = np.flatnonzero(runs)
        if not len(shared):
            return
        low, runs, here = low[shared], runs[shared], here[shared]
        rows = np.searchsorted(known.offsets, here, side="right") - 1
        young = np.flatnonzero(known.begun[rows] >= since)
        low, runs, here, rows = low[young], runs[young], here[young], rows[young]
        count = len(known.begun)
        for some in _by_stories(rows, runs):
            begins, times = low[some], runs[some]
            at = np.arange(int(times.sum())) + np.repeat(begins - (np.cumsum(times) - times), times)
            cells, place = np.unique(self.owners[at] * count + np.repeat(rows[some], times), return_inverse=True)
            products = self.weights[at] * np.repeat(known.weights[here[some]], times)
            sums = np.bincount(place, weights=products, minlength=len(cells))
            like = np.flatnonzero(sums >= least)
            for cell, similarity in zip(cells[like].tolist(), sums[like].tolist(), strict=True):
                number, row = divmod(cell, count)
                found[number].append(Kindred(known.stories[row].as_py(), known.lines[row].as_py(), similarity))


def _by_stories(rows: NDArray[np.int64], runs: NDArray[np.int64]) -> Iterator[slice]:
    """Slices of terms of known stories that give no more products than are held at once; a story's stay together.

    `rows` has the story of each term, in order; `runs` the products that each gives.
    """
    edges = np.flatnonzero(np.diff(rows, prepend=-1, append=-1))
    before = np.concatenate([[0], np.cumsum(runs)])[edges]
    first = 0
    while first < len(edges) - 1:
        last = max(first + 1, int(np.searchsorted(before, before[first] + _PRODUCTS, side="right")) - 1)
        yield slice(int(edges[first]), int(edges[last]))
        first = last


def _vectors_of(stories: Sequence[Story]) -> _Vectors:
    """Stories that were told tonight, as they would be read."""
    return _Vectors(
        pa.array([s.story_id for s in stories], pa.string()), pa.array([s.storyline_id for s in stories], pa.string()),
        np.array([_ALWAYS if s.seed else _micros(s.first_at) for s in stories], dtype=np.int64),
        np.array([term for s in stories for term in s.terms], dtype=np.uint32),
        np.array([weight for s in stories for weight in s.terms.values()], dtype=np.float32),
        np.cumsum([0, *(len(s.terms) for s in stories)], dtype=np.int64),
    )  # fmt: skip


def _together(some: Sequence[_Vectors]) -> _Vectors:
    """Several batches as one."""
    sizes = np.concatenate([np.diff(one.offsets) for one in some])
    return _Vectors(
        pa.concat_arrays([one.stories for one in some]), pa.concat_arrays([one.lines for one in some]),
        np.concatenate([one.begun for one in some]), np.concatenate([one.terms for one in some]),
        np.concatenate([one.weights for one in some]), np.concatenate([[0], np.cumsum(sizes)]),
    )  # fmt: skip


def _micros(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)
