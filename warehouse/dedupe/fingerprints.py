"""What may be known of an article without its text: hashes and small facts, enough to recognise a copy of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from duckdb import DuckDBPyConnection

from extractors.model import Article, Kinship, Relation
from warehouse.dedupe.arguments import texts_argument
from warehouse.dedupe.arrays import Array
from warehouse.dedupe.reading import Reading, read_article
from warehouse.dedupe.sketch import fold, sketch
from warehouse.sql import load_sql

SHINGLES_ONE_IN: Final = 3
MOST_SHINGLES: Final = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """An article without its words: `marks` for the index, a third of its shingles, names and numbers, all hashed.

    Every hash is one-way and cut to 32 bits. `words` counts the words of the text.
    """

    article_id: str
    site: str
    language: str
    words: int
    marks: tuple[int, ...]
    shingles: tuple[int, ...]
    names: tuple[int, ...]
    numbers: tuple[int, ...]
    titles: tuple[int, ...]
    published: str | None = None

    def to_json(self) -> str:
        """One line of JSON that `from_json` reads back."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Fingerprint:
        """The fingerprint that `to_json` wrote. Raises KeyError, TypeError or ValueError for anything else."""
        return cls.from_dict(json.loads(text))

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> Fingerprint:
        """The fingerprint in a parsed JSON object."""
        return cls(
            article_id=str(raw["article_id"]), site=str(raw["site"]), language=str(raw["language"]),
            words=int(raw["words"]), published=raw["published"],
            **{k: tuple(int(v) for v in raw[k]) for k in ("marks", "shingles", "names", "numbers", "titles")},
        )  # fmt: skip


def fingerprint(article: Article) -> Fingerprint:
    """The fingerprint of an article; the same for the same text on every machine."""
    r = read_article(article)
    return Fingerprint(
        article_id=article.article_id,
        site=article.site,
        language=r.language,
        words=len(r.words),
        marks=_ints(sketch(r)),
        shingles=_ints(sampled_shingles(r)),
        names=_ints(np.unique(fold(r.names))),
        numbers=_ints(np.unique(fold(r.numbers))),
        titles=_ints(np.unique(fold(r.title_words.stem[r.title_words.weight > 2]))),
        published=article.published_at.isoformat() if article.published_at else None,
    )


def sampled_shingles(r: Reading) -> Array:
    """A third of the distinct shingles (those of low hash), cut to 32 bits, sorted; at most 600."""
    low = r.shingle_set
    count = int(np.searchsorted(low, np.uint64(2**64 // SHINGLES_ONE_IN)))
    return np.unique(fold(low[: min(count, MOST_SHINGLES)]))


def judge_fingerprint(r: Reading, known: Fingerprint, *, threshold: float) -> Kinship | None:
    """The kinship with an article known by its fingerprint, or None. Without its text there are no spans.

    Shares are estimated from the sampled shingles, with a standard error of about .04 for a report of 500 words; a
    rewording that leaves no three words together is found only if names and numbers agree nearly all.
    """
    ours, theirs = sampled_shingles(r), np.array(known.shingles, dtype=np.uint32)
    if len(ours) == 0 or len(theirs) == 0:
        return None
    both = len(np.intersect1d(ours, theirs, assume_unique=True))
    share, other = both / len(ours), both / len(theirs)
    names = _agreement(fold(r.names), known.names)
    numbers = _agreement(fold(r.numbers), known.numbers)
    longest = max(share, other)
    confidence = _logistic(9.0 * (longest - 0.42) + 2.0 * (names - 0.5) + 2.0 * (numbers - 0.5))
    if confidence < threshold:
        return None
    relation: Relation
    if min(share, other) > 0.97:
        relation = "exact" if abs(len(r.words) - known.words) <= 0.01 * known.words + 2 else "near"
    elif min(share, other) < 0.75 and longest > 0.7:
        relation = "contained-in"
    elif longest < 0.5:
        relation = "paraphrase"
    else:
        relation = "near"
    return Kinship(
        other_id=known.article_id, relation=relation, share=round(share, 4), other_share=round(other, 4),
        confidence=round(confidence, 4), fingerprint_only=True,
        features={"shingles": round(longest, 4), "names": round(names, 4), "numbers": round(numbers, 4)},
        reasons=("judged by fingerprint: the text of the other is not here",),
    )  # fmt: skip


def _agreement(ours: Array, theirs: tuple[int, ...]) -> float:
    a, b = np.unique(ours), np.array(theirs, dtype=np.uint32)
    return (len(np.intersect1d(a, b, assume_unique=True)) + 0.5) / (min(len(a), len(b)) + 1.0)


def _logistic(x: float) -> float:
    return float(1.0 / (1.0 + np.exp(-x)))


def _ints(values: Array) -> tuple[int, ...]:
    return tuple(int(v) for v in values)


def find_fingerprints(con: DuckDBPyConnection, article_ids: Iterable[str]) -> dict[str, Fingerprint]:
    """The stored fingerprints of the given articles."""
    ids = {"article_ids": texts_argument(sorted(set(article_ids)))}
    rows = con.execute(load_sql("copies_fingerprints"), ids).fetchall()
    return {article_id: Fingerprint.from_json(text) for article_id, text in rows}


def store_fingerprints(con: DuckDBPyConnection, fingerprints: Iterable[Fingerprint]) -> list[Fingerprint]:
    """Stores those that are not known yet, inside the caller's transaction, and returns them."""
    wanted = {f.article_id: f for f in fingerprints}
    known = find_fingerprints(con, wanted)
    fresh = [f for article_id, f in wanted.items() if article_id not in known]
    if fresh:
        con.execute(
            load_sql("copies_insert_fingerprints"),
            {
                "article_ids": texts_argument(f.article_id for f in fresh),
                "fingerprints": texts_argument(f.to_json() for f in fresh),
            },
        )
    return fresh
