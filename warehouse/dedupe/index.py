"""The candidate index: which known documents share marks with an article.

The index lives in two insert-only tables. For a night's batch the marks that the batch needs are joined set-wise; a
process that asks many small questions loads the whole index once. Both give the same candidates.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from duckdb import DuckDBPyConnection

from warehouse.dedupe.arguments import numbers_argument, texts_argument
from warehouse.dedupe.reading import Array
from warehouse.dedupe.rules import CopyRules
from warehouse.sql import load_sql

BATCH_ROWS = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A known document: its number in the index, its article, the root of its copies, its site."""

    doc: int
    article_id: str
    original_id: str
    site: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateIndex:
    """Marks and the documents that carry them: two arrays sorted by mark, then document (8 bytes a mark)."""

    hashes: Array
    docs: Array

    @classmethod
    def load(cls, con: DuckDBPyConnection) -> CandidateIndex:
        """The whole index, in memory."""
        columns = con.execute(load_sql("copies_all_marks")).fetchnumpy()
        return cls(
            hashes=np.asarray(columns["hash"], dtype=np.uint32),
            docs=np.asarray(columns["doc"], dtype=np.uint32),
        )

    @classmethod
    def join(cls, con: DuckDBPyConnection, marks: Array) -> CandidateIndex:
        """The part of the index that has to do with the given marks."""
        parameters = {"hashes": numbers_argument(np.unique(marks))}
        columns = con.execute(load_sql("copies_marks_found"), parameters).fetchnumpy()
        # Sorted here, as one number: five times as fast as two columns in the database.
        both = (np.asarray(columns["hash"], dtype=np.uint64) << np.uint64(32)) | np.asarray(columns["doc"], np.uint64)
        both.sort()
        return cls(hashes=(both >> np.uint64(32)).astype(np.uint32), docs=both.astype(np.uint32))

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
        ordered, mark = (both >> np.uint64(32)).astype(np.uint32), both.astype(np.uint32)
        fresh = np.ones(len(ordered), dtype=bool)
        np.not_equal(ordered[1:], ordered[:-1], out=fresh[1:])
        distinct, where = ordered[fresh], fresh.cumsum() - 1
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
