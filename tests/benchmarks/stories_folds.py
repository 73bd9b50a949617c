"""Pair models that never saw the stories they judge: the sets in folds, and what is trained without each fold.

Folds go by time (topics of `ecbplus` and `wide` are dealt out). A story belongs to every fold that one of its reports
falls in, and a model for a fold is trained without any pair of such a story, and without any pair of a night of the
fold: no story is on both sides. The term prior of a set counts the other sets' words. Everything else is the recipe of
`train_stories`. A fit is kept under the checksum of what went into it.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks import train_stories as recipe
from warehouse.stories.background import Background
from warehouse.stories.terms import Terms, parse_terms
from warehouse.stories.trees import Model

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FoldedSet:
    """The rows of a set with labels, in order of date; for each row its terms, its fold, and the folds of its story as
    bits; and the prior without the set."""

    rows: list[Row]
    terms: list[Terms]
    folds: list[int]
    bounds: list[int]
    prior: Background


def read_sets(data: Path, folds: int) -> dict[str, FoldedSet]:
    """All that pair models are trained on, whole and in folds."""
    rows: dict[str, list[Row]] = {}
    for name in (*recipe.SETS, "t17"):
        file = data / f"{'ecbplus' if name == 'wide' else name}.jsonl"
        every = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        rows[name] = every[::2] if name == "t17" else recipe.spread_out(every) if name == "wide" else every
    terms = {name: [parse_terms(r["title"], r["text"], "en") for r in some] for name, some in rows.items()}
    sets = {}
    for name in recipe.SETS:
        own = fold_rows(rows[name], folds, by_topic=name in recipe.BY_TOPIC)
        sets[name] = FoldedSet(
            rows[name], terms[name], own, bounds_of(rows[name], own), recipe.prior_without(name, terms)
        )  # fmt: skip
    return sets


def fold_rows(rows: list[Row], folds: int, *, by_topic: bool) -> list[int]:
    """The fold of each row: a part of the nights, or its topic's."""
    if by_topic:
        topics = sorted({str(r["storyline"]) for r in rows})
        return [topics.index(str(r["storyline"])) % folds for r in rows]
    first: dict[str, int] = {}
    return [first.setdefault(r["published"][:10], place * folds // len(rows)) for place, r in enumerate(rows)]


def bounds_of(rows: list[Row], folds: list[int]) -> list[int]:
    """For each row the folds that its story has reports in, as bits."""
    bits: dict[str, int] = defaultdict(int)
    for row, fold in zip(rows, folds, strict=True):
        bits[row["story"]] |= 1 << fold
    return [bits[row["story"]] for row in rows]


class FoldModels:
    """Models without each fold, fitted when first asked for and kept in a folder."""

    def __init__(self, sets: Mapping[str, FoldedSet], folds: int, cache: Path) -> None:
        self.folds = folds
        self.cache = cache
        self.fitted = 0
        self.nights = {
            name: recipe.nights_of(some.rows, some.terms, some.folds, some.prior, some.bounds)
            for name, some in sets.items()
        }
        self.sites = {name: [r.get("source") or r["id"] for r in some.rows] for name, some in sets.items()}
        cache.mkdir(parents=True, exist_ok=True)
        source = inspect.getsource(recipe.fit) + inspect.getsource(recipe.fit_first)
        self._recipe = f"{source}{inspect.getsource(recipe.fit_second)}{recipe.SETS}"
        self._models: dict[tuple[int, ...], Model] = {}

    def without(self, fold: int) -> dict[str, Model]:
        """Both looks, trained without a fold."""
        first = self.first({fold})
        recipe.look_once(self.nights, self.sites, {fold}, self._first_arrays, self.folds)
        parts = [np.concatenate([night.context for nights in self.nights.values() for night in nights])]
        parts += [np.concatenate([night.chosen for nights in self.nights.values() for night in nights])]
        key = self._key("second", {fold}, parts)
        second = self._kept(key, lambda: recipe.fit_second(self.nights, {fold}))
        return {"first": first, "second": recipe.model_named("second", second)}

    def first(self, folds: Collection[int]) -> Model:
        """The first look, trained without some folds."""
        key = tuple(sorted(set(folds)))
        if key not in self._models:
            self._models[key] = recipe.model_named("first", self._first_arrays(self.nights, folds))
        return self._models[key]

    def _first_arrays(self, nights: dict[str, list[recipe.Night]], without: Collection[int]) -> recipe.Arrays:
        return self._kept(self._key("first", without, []), lambda: recipe.fit_first(nights, without))

    def _key(self, look: str, without: Collection[int], parts: list[NDArray[Any]]) -> str:
        if not hasattr(self, "_pairs"):
            every = hashlib.sha256(self._recipe.encode())
            for nights in self.nights.values():
                for night in nights:
                    for array in (night.features, night.same, night.bound):
                        every.update(np.ascontiguousarray(array).tobytes())
            self._pairs = every.digest()
        key = hashlib.sha256(self._pairs + repr((look, sorted(set(without)))).encode())
        for part in parts:
            key.update(np.ascontiguousarray(part).tobytes())
        return key.hexdigest()

    def _kept(self, key: str, fit: Any) -> recipe.Arrays:
        path = self.cache / f"{key}.npz"
        if path.is_file():
            with np.load(path) as stored:
                return {name: stored[name] for name in stored.files}
        arrays: recipe.Arrays = fit()
        self.fitted += 1
        part = path.with_name(f"{key}.part.npz")
        np.savez_compressed(part, **arrays)  # type: ignore[arg-type]
        part.rename(path)
        return arrays
