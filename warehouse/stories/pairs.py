"""Whether two articles report the same event: features of a pair, and the learned probability."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from warehouse.stories.background import Background, Floats, rows_of, similarities, weigh_terms
from warehouse.stories.terms import FIELDS, Terms

MODEL_FILE = "pair_model.json"
MODEL_SHA256 = ""

FEATURES = (
    *FIELDS, "title_body", "near", "days", "same_source", "context",
    "title*body", "lead*names", "body*near", "names*near", "body*context",
)  # fmt: skip

# Articles that share less than this cosine of their bodies, leads and titles are not compared further.
_CANDIDATE = 0.06
_ROWS = 64


@dataclass(frozen=True, slots=True)
class Subject:
    """What a pair is judged by: terms, publisher's site, days since 1970 (fractions count) and language."""

    terms: Terms
    site: str
    day: float
    language: str | None


@dataclass(frozen=True, slots=True)
class Pairs:
    """Compared pairs: row (tonight's article), column (any subject) and probability of the same event."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    probability: Floats


def compare(
    subjects: Sequence[Subject], tonight: int, *, background: Background, window_days: float
) -> tuple[Pairs, NDArray[np.float32]]:
    """Pairs of the first `tonight` subjects with each other and with the rest, and their features.

    Each unordered pair of tonight's comes once (row < column). Pairs further apart than `window_days`, or with hardly
    a word in common, are left out: their probability is nil.
    """
    english = np.array([s.language in ("en", None) for s in subjects], dtype=np.bool_)
    days = np.array([s.day for s in subjects])
    sites = np.unique([s.site for s in subjects], return_inverse=True)[1]
    fields = {
        name: weigh_terms([s.terms for s in subjects], name, english=english, background=background)
        for name in FIELDS
    }
    kept_rows: list[NDArray[np.int64]] = []
    kept_columns: list[NDArray[np.int64]] = []
    kept: list[NDArray[np.float32]] = []
    best = np.zeros(len(subjects), np.float32)
    for start in range(0, tonight, _ROWS):
        rows = np.arange(start, min(start + _ROWS, tonight))
        cosines = {name: similarities(rows_of(fields[name], rows), fields[name]) for name in FIELDS}
        title_body = similarities(rows_of(fields["title"], rows), fields["body"])
        body_title = similarities(rows_of(fields["body"], rows), fields["title"])
        apart = np.abs(days[rows][:, None] - days[None, :])
        inside = apart <= window_days
        inside[np.arange(len(rows)), rows] = False
        strength = np.where(inside, cosines["body"], 0.0)
        best[rows] = np.maximum(best[rows], strength.max(axis=1, initial=0.0))
        best = np.maximum(best, strength.max(axis=0, initial=0.0))
        alike = np.maximum(np.maximum(cosines["body"], cosines["lead"]), cosines["title"])
        wanted = inside & (alike >= _CANDIDATE) & (np.arange(len(subjects)) > rows[:, None])
        r, c = np.nonzero(wanted)
        kept_rows.append(rows[r])
        kept_columns.append(c)
        gap = apart[r, c].astype(np.float32)
        columns = [cosines[name][r, c] for name in FIELDS]
        columns.append(np.maximum(title_body[r, c], body_title[r, c]))
        columns += [np.exp(-gap / 2), np.minimum(gap, 20) / 10, (sites[rows[r]] == sites[c]).astype(np.float32)]
        kept.append(np.stack(columns, axis=1).astype(np.float32))
    rows_all = np.concatenate(kept_rows)
    columns_all = np.concatenate(kept_columns)
    base = np.concatenate(kept)
    features = _with_products(base, best[rows_all], best[columns_all])
    return Pairs(rows_all, columns_all, load_model().probability(features)), features


def _with_products(base: NDArray[np.float32], best_row: Floats, best_column: Floats) -> NDArray[np.float32]:
    title, lead, body, names = (base[:, FIELDS.index(f)] for f in ("title", "lead", "body", "names"))
    near = base[:, len(FIELDS) + 1]
    context = body / np.maximum(np.sqrt(best_row * best_column), 0.05)
    extra = [context, title * body, lead * names, body * near, names * near, body * context]
    return np.concatenate([base, np.stack(extra, axis=1).astype(np.float32)], axis=1)


@dataclass(frozen=True, slots=True)
class PairModel:
    """Standardised logistic regression over `FEATURES`."""

    mean: Floats
    scale: Floats
    weights: Floats
    bias: float

    def probability(self, features: NDArray[np.float32]) -> Floats:
        """Of the same event, 0 to 1, for each row of features."""
        score = ((features - self.mean) / self.scale) @ self.weights + self.bias
        return (1.0 / (1.0 + np.exp(-np.clip(score, -30, 30)))).astype(np.float32)


@cache
def load_model() -> PairModel:
    """The shipped model; raises ValueError where the file is not the one that this code was released with."""
    place = files("warehouse.stories") / MODEL_FILE
    if not place.is_file():
        weights = dict.fromkeys(FEATURES, 0.0) | {
            "title": 3.0, "lead": 3.0, "body": 4.0, "names": 2.0, "bigrams": 3.0, "near": 1.0, "context": 2.0,
        }  # fmt: skip
        n = len(FEATURES)
        vector = np.array([weights[f] for f in FEATURES], np.float32)
        return PairModel(np.zeros(n, np.float32), np.ones(n, np.float32), vector, -5.0)
    data = place.read_bytes()
    if MODEL_SHA256 and hashlib.sha256(data).hexdigest() != MODEL_SHA256:
        raise ValueError(f"{MODEL_FILE} is not the file that this release was built with")
    stored = json.loads(data)
    if tuple(stored["features"]) != FEATURES:
        raise ValueError(f"{MODEL_FILE} was trained on other features")
    return PairModel(
        np.array(stored["mean"], np.float32), np.array(stored["scale"], np.float32),
        np.array(stored["weights"], np.float32), float(stored["bias"]),
    )  # fmt: skip
