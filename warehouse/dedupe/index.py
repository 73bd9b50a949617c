"""The candidate index: which known documents share marks with an article.

The index lives in two insert-only tables. For a night's batch the marks that the batch needs are looked up set-wise, in
sorted files beside the warehouse as far as these reach (`warehouse/dedupe/sorted_marks.py`); a process that asks many
small questions loads the whole index once. Both give the same candidates.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from duckdb import DuckDBPyConnection

from warehouse.dedupe.arguments import numbers_argument, texts_argument
from warehouse.dedupe.arrays import Array
from warehouse.dedupe.rules import CopyRules
from warehouse.dedupe.sorted_marks import SortedMarks
from warehouse.sql import load_sql

BATCH_ROWS = 200_000
JOINED_ROWS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A known document: its number in the index, its article, the root of its copies, its site."""

    doc: int
    article_id: str
    original_id: str
    site: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateIndex:
    """Marks and the documents that carry them: two arrays sorted by mark, then document (8 bytes a mark).

    Of marks that very many carry, early documents may have been left out: `cut` are those marks, sorted, and `left_out`
    how many.
    """

    hashes: Array
    docs: Array
    cut: Array = field(default_factory=lambda: np.empty(0, dtype=np.uint32))
    left_out: Array = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    @classmethod
    def load(cls, con: DuckDBPyConnection) -> CandidateIndex:
        """The whole index, in memory."""
        columns = con.execute(load_sql("copies_all_marks")).fetchnumpy()
        return cls(
            hashes=np.asarray(columns["hash"], dtype=np.uint32),
            docs=np.asarray(columns["doc"], dtype=np.uint32),
        )

    @classmethod
    def join(
        cls, con: DuckDBPyConnection, marks: Array, *, most: int = 400, known: SortedMarks | None = None
    ) -> CandidateIndex:
        """The part of the index that has to do with the given marks: of each the latest `most` documents.

        What `known` covers is looked up there, what came since in the table. Rows come in parts, and early documents of
        common marks go as they come, so that memory is bounded (about 100 MB) however many articles are known.
        """
        hashes = np.unique(marks).astype(np.uint32)
        parameters = {"hashes": numbers_argument(hashes)}
        sql = load_sql("copies_marks_found").replace("$first", str(known.documents if known else 0))
        held = np.empty(0, dtype=np.uint64)
        counts: dict[str, Array] = {"cut": np.empty(0, dtype=np.uint32), "left_out": np.empty(0, dtype=np.int64)}
        if known is not None:
            held, there = known.find(hashes, most=most)
            lacking = there - np.bincount(np.searchsorted(hashes, _hashes(held)), minlength=len(hashes))
            counts = {"cut": hashes[lacking > 0], "left_out": lacking[lacking > 0]}
        for part in con.execute(sql, parameters).to_arrow_reader(JOINED_ROWS):
            hashes, docs = (part.column(name).to_numpy().astype(np.uint64) for name in ("hash", "doc"))
            held = np.concatenate((held, (hashes << np.uint64(32)) | docs))
            if len(held) > 2 * JOINED_ROWS:
                held, counts = _latest(held, counts, most)
        held, counts = _latest(held, counts, most)
        return cls(hashes=_hashes(held), docs=held.astype(np.uint32), **counts)

    @classmethod
    def of_batch(cls, marks: Sequence[Array]) -> CandidateIndex:
        """The index of a batch alone: documents are numbered by their place in it."""
        hashes = np.concatenate([*marks, np.empty(0, dtype=np.uint32)])
        docs = np.repeat(np.arange(len(marks), dtype=np.uint32), [len(m) for m in marks])
        order = np.lexsort((docs, hashes))
        return cls(hashes=hashes[order], docs=docs[order])

    def candidates(self, marks: Array, rules: CopyRules, *, before: int | None = None) -> list[int]:
        """Documents to compare with an article of these marks, most promising first; at most `rules.candidates`.

        A document counts if it shares `shared_passages` passages, or `shared_terms` terms, or one passage and half as
        many terms. Marks are weighed by how few documents carry them, terms at `term_worth` of a passage. With
        `before`, only documents of a lower number.
        """
        low = np.searchsorted(self.hashes, marks, side="left")
        high = np.searchsorted(self.hashes, marks, side="right")
        has = high > low
        if not has.any():
            return []
        low, high, marks = low[has], high[has], marks[has]
        count = high - low
        if len(self.cut):
            at = np.minimum(np.searchsorted(self.cut, marks), len(self.cut) - 1)
            count = count + np.where(self.cut[at] == marks, self.left_out[at], 0)
        low = np.maximum(low, high - rules.most_documents)
        size = high - low
        offset = np.repeat(low - np.concatenate(([0], np.cumsum(size)[:-1])), size)
        docs = self.docs[np.arange(int(size.sum())) + offset]
        mark = np.repeat(np.arange(len(marks), dtype=np.uint64), size)
        if before is not None:
            early = docs < before
            docs, mark = docs[early], mark[early]
        if len(docs) == 0:
            return []
        # Sorted as one number, document before mark: many times as fast as sorting positions.
        both = (docs.astype(np.uint64) << np.uint64(32)) | mark
        both.sort()
        ordered = (both >> np.uint64(32)).astype(np.uint32)
        starts = (np.concatenate(([True], ordered[1:] != ordered[:-1]))).nonzero()[0]
        sizes = np.diff(np.append(starts, len(ordered)))
        # Most documents share a single common term: they go before anything is reckoned.
        kept = sizes >= min(rules.shared_passages, rules.shared_terms, 1 + rules.shared_terms / 2)
        distinct, where = ordered[starts[kept]], np.arange(int(kept.sum())).repeat(sizes[kept])
        mark = both[kept.repeat(sizes)].astype(np.uint32)
        if len(distinct) == 0:
            return []
        is_term = (marks & 1) == 1
        worth = np.where(is_term, rules.term_worth, 1.0) / (1.0 + np.log(count))
        terms = np.bincount(where, weights=is_term[mark])
        passages = np.bincount(where) - terms
        enough = (passages >= rules.shared_passages) | (terms >= rules.shared_terms)
        enough |= (passages >= 1) & (terms >= rules.shared_terms / 2)
        worth = worth[mark]
        score = np.where(enough, np.bincount(where, weights=worth), -1.0)
        top = np.argsort(-score, kind="stable")[: rules.candidates]
        return [int(d) for d in distinct[top[score[top] > 0]]]


def _latest(held: Array, counts: dict[str, Array], most: int) -> tuple[Array, dict[str, Array]]:
    """Of marks and documents, as one number each, the last `most` of every mark, sorted; and how many were left out."""
    held.sort()  # as one number: five times as fast as two columns in the database
    hashes = _hashes(held)
    starts = np.flatnonzero(np.concatenate(([True], hashes[1:] != hashes[:-1]))) if len(held) else np.empty(0, int)
    sizes = np.diff(np.append(starts, len(held)))
    over = np.maximum(0, sizes - most)
    if not over.any():
        return held, counts
    place = np.arange(len(held)) - np.repeat(starts, sizes)
    cut, where = np.unique(np.concatenate((counts["cut"], hashes[starts[over > 0]])), return_inverse=True)
    left_out = np.bincount(where, weights=np.concatenate((counts["left_out"], over[over > 0]))).astype(np.int64)
    return held[place >= np.repeat(over, sizes)], {"cut": cut, "left_out": left_out}


def _hashes(held: Array) -> Array:
    return (held >> np.uint64(32)).astype(np.uint32)


def find_documents(con: DuckDBPyConnection, docs: Iterable[int]) -> dict[int, Known]:
    """The known documents of the given numbers."""
    wanted = np.unique(np.fromiter(docs, dtype=np.uint32))
    if len(wanted) == 0:
        return {}
    rows = con.execute(load_sql("copies_documents"), {"docs": numbers_argument(wanted)}).fetchall()
    return {doc: Known(doc=doc, article_id=a, original_id=o, site=s) for doc, a, o, s in rows}


def add_documents(
    con: DuckDBPyConnection, rows: Sequence[tuple[str, str, str, str]], marks: Sequence[Array]
) -> None:
    """Adds documents (article, original, site, language) with their marks, inside the caller's transaction."""
    if not rows:
        return
    found = con.execute(load_sql("copies_next_doc")).fetchone()
    first = int(found[0]) if found else 0
    docs = np.arange(first, first + len(rows), dtype=np.uint32)
    columns = ("article_ids", "original_ids", "sites", "languages")
    texts = {name: texts_argument(column) for name, column in zip(columns, zip(*rows, strict=True), strict=True)}
    con.execute(load_sql("copies_insert_documents"), {"docs": numbers_argument(docs), **texts})
    hashes = np.concatenate([*marks, np.empty(0, dtype=np.uint32)]).astype(np.uint32)
    owners = np.repeat(docs, [len(m) for m in marks])
    for start in range(0, len(hashes), BATCH_ROWS):
        part = slice(start, start + BATCH_ROWS)
        batch = {"hashes": numbers_argument(hashes[part]), "docs": numbers_argument(owners[part])}
        con.execute(load_sql("copies_insert_marks"), batch)
