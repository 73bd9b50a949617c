"""Gathers all that a batch is judged on, set-wise: candidates and texts, fingerprints, furniture, likes within it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np
from duckdb import DuckDBPyConnection

from extractors.model import Article
from warehouse.dedupe.arguments import texts_argument
from warehouse.dedupe.arrays import Array
from warehouse.dedupe.boilerplate import Carrier, find_furniture
from warehouse.dedupe.fingerprints import Fingerprint, find_fingerprints
from warehouse.dedupe.index import CandidateIndex, Known, find_documents
from warehouse.dedupe.rules import CopyRules
from warehouse.dedupe.shelf import Seen, SeenTogether
from warehouse.dedupe.sorted_marks import SortedMarks
from warehouse.dedupe.texts import find_unread, find_versions_before
from warehouse.dedupe.workers import CopyWorkers
from warehouse.sql import load_sql

LOOKED_UP = 500  # articles whose marks are looked up together: what no sorted file covers is read once for all of them
FETCHED = 250  # articles whose candidates' texts are fetched together, while workers read those before
AT_ONCE = 25  # articles that one piece of work is about
Number = int  # a text's: the articles of the batch by their place in it, then known texts, then versions before


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """All that a batch is judged on, texts by number: `candidates` of each article (ids), `numbers` of the known ones
    that have a text, `before` for earlier versions of the batch's own (by place in the batch), `near` for like articles
    earlier in the batch; `roots` lead from copy to original."""

    candidates: tuple[tuple[str, ...], ...]
    numbers: Mapping[str, Number]
    before: Mapping[int, Number]
    fingerprints: Mapping[str, Fingerprint]
    roots: Mapping[str, str]
    near: tuple[tuple[int, ...], ...]

    def others(
        self, i: int, articles: Sequence[Article], judged: Mapping[str, int], roots: Mapping[str, str]
    ) -> dict[str, Number]:
        """Whom to compare article `i` with: ids in order, and the number of the text of each."""
        others = {k: self.numbers[k] for k in self.candidates[i] if k in self.numbers}
        for j in self.near[i]:
            other_id = articles[j].article_id
            others[other_id] = j
            root = roots.get(other_id, other_id)
            if root in judged:
                others[root] = judged[root]
            elif root in self.numbers:
                others[root] = self.numbers[root]
        others.pop(articles[i].article_id, None)
        return others


def gather(
    con: DuckDBPyConnection, articles: Sequence[Article], *, rules: CopyRules, index: CandidateIndex | None,
    crew: CopyWorkers,
) -> Gathered:  # fmt: skip
    """Has the articles read, finds their candidates, loads and has read the candidates' texts, leaves out the furniture
    of sites, and looks up who is like whom within the batch.

    With a crew, texts are read while those of further candidates are fetched.
    """
    reading = [_read(crew, part, part, sketched=True) for part in parts_of(range(len(articles)))]
    before = {}
    for place, text in find_versions_before(con, articles).items():
        before[place] = len(crew.texts)
        crew.texts[before[place]] = text
    seen: list[Seen] = []
    candidates: list[tuple[str, ...]] = []
    roots: dict[str, str] = {}
    numbers: dict[str, Number] = {}
    wanted: set[str] = set()
    coming: list[tuple[list[str], Future[SeenTogether]]] = []
    for first in range(0, len(articles), LOOKED_UP):
        joined = range(first, min(first + LOOKED_UP, len(articles)))
        while len(seen) < joined.stop:
            seen += reading.pop(0).result().apart()
        lookup = index or _join(con, [seen[i].marks for i in joined], rules, crew.known)
        for start in range(first, joined.stop, FETCHED):
            part = range(start, min(start + FETCHED, joined.stop))
            docs = [lookup.candidates(seen[i].marks, rules) for i in part]
            documents = find_documents(con, (d for found in docs for d in found))
            own = (articles[i].article_id for i in part)
            ids = [_with_originals(k, found, documents) for k, found in zip(own, docs, strict=True)]
            roots.update((d.article_id, d.original_id) for d in documents.values())
            texts = {u.article_id: u for u in find_unread(con, {k for found in ids for k in found} - wanted)}
            wanted.update(k for found in ids for k in found)
            candidates += ids
            for places in parts_of(part):
                fresh = [k for k in dict.fromkeys(k for p in places for k in candidates[p]) if k in texts]
                for article_id in fresh:
                    numbers[article_id] = len(crew.texts)
                    crew.texts[numbers[article_id]] = texts.pop(article_id)
                if fresh:
                    coming.append((fresh, _read(crew, places, [numbers[k] for k in fresh], sketched=False)))
    crew.marks.update(((a.article_id, a.content_hash), s.marks) for a, s in zip(articles, seen, strict=True))
    asked = {"article_ids": texts_argument(sorted(wanted))}
    rows = con.execute(load_sql("copies_roots"), asked).fetchall() if wanted else []
    batch = CandidateIndex.of_batch([s.marks for s in seen])
    near = tuple(tuple(batch.candidates(s.marks, rules, before=i)) for i, s in enumerate(seen))
    fingerprints = find_fingerprints(con, wanted - numbers.keys()) if wanted else {}
    known = {i: s.carrier for fresh, answer in coming for i, s in zip(fresh, answer.result().apart(), strict=True)}
    crew.furnish(_furniture(seen, known, rules))
    return Gathered(candidates=tuple(candidates), numbers=numbers, before=before, fingerprints=fingerprints,
                    roots=roots | dict(rows), near=near)  # fmt: skip


def _join(
    con: DuckDBPyConnection, marks: Sequence[Array], rules: CopyRules, known: SortedMarks | None
) -> CandidateIndex:
    every = np.concatenate([*marks, np.empty(0, dtype=np.uint32)])
    return CandidateIndex.join(con, every, most=rules.most_documents, known=known)


def parts_of(places: range) -> Iterator[range]:
    """Places in the batch, as many as one piece of work is about; cut at the same places whatever the range."""
    for first in range(places.start - places.start % AT_ONCE, places.stop, AT_ONCE):
        yield range(max(first, places.start), min(first + AT_ONCE, places.stop))


def _read(crew: CopyWorkers, places: range, numbers: Sequence[Number], *, sketched: bool) -> Future[SeenTogether]:
    """Has texts read by the one who works on those places of the batch."""
    return crew.seat(places.start // AT_ONCE).submit(numbers, "read", list(numbers), sketched)


def _furniture(seen: Sequence[Seen], known: Mapping[str, Carrier], rules: CopyRules) -> dict[str, Array]:
    carriers = (*(s.carrier for s in seen), *(known[i] for i in sorted(known)))
    return find_furniture(carriers, articles=rules.boilerplate_articles)


def _with_originals(article_id: str, docs: Sequence[int], documents: Mapping[int, Known]) -> tuple[str, ...]:
    """Article ids of the candidates and of their originals, originals first, without the article itself."""
    found: dict[str, None] = {}
    for doc in docs:
        if doc in documents:
            found[documents[doc].original_id] = None
            found[documents[doc].article_id] = None
    found.pop(article_id, None)
    return tuple(found)
