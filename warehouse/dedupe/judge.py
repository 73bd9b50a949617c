"""Judges a batch of articles against everything known: gathers set-wise, decides purely, writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from duckdb import DuckDBPyConnection

from extractors.model import Article, Kinship, Verdict
from warehouse.dedupe.across import in_two_languages
from warehouse.dedupe.arguments import numbers_argument, texts_argument
from warehouse.dedupe.boilerplate import find_boilerplate, keep_words
from warehouse.dedupe.fingerprints import Fingerprint, find_fingerprints, judge_fingerprint, store_fingerprints
from warehouse.dedupe.index import CandidateIndex, Known, add_documents, find_documents
from warehouse.dedupe.likeness import (
    SHOWN,
    Comparison,
    Likeness,
    Side,
    compare_each,
    find_likeness,
    kinship_across,
    spans_of,
    worth_comparing,
)
from warehouse.dedupe.pairs import features_of, find_spans, judge_pair
from warehouse.dedupe.reading import Array, Reading, Unread, read_all, read_article, unread_article, unread_row
from warehouse.dedupe.rules import CopyRules
from warehouse.dedupe.sketch import sketch
from warehouse.dedupe.verdict import Relative, adds_facts, decide, kinship_of, revise
from warehouse.dedupe.workers import CopyWorkers, Pending
from warehouse.sql import load_sql

PARALLEL_FROM = 64  # from so many articles on, starting workers takes less time than they save
LOOKED_UP = 500  # articles whose candidates are looked up together
READ = 32  # texts that a worker reads at once
COMPARED = 48  # pairs that a worker compares at once
KNOWN = -1  # in place of a place in the batch: the known text
Key = tuple[int, str, int]  # an article's place in the batch, the other's id, the other's place (or KNOWN)


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """All that a batch is judged on. `texts` are the readings of known articles, `before` those of earlier versions of
    the batch's own (by place in the batch); `roots` lead from copy to original."""

    readings: tuple[Reading, ...]
    marks: tuple[Array, ...]
    known: tuple[tuple[str, ...], ...]
    texts: Mapping[str, Reading]
    before: Mapping[int, Reading]
    fingerprints: Mapping[str, Fingerprint]
    roots: Mapping[str, str]


def judge_articles(
    con: DuckDBPyConnection,
    articles: Sequence[Article],
    *,
    rules: CopyRules = CopyRules(),  # noqa: B008 - frozen
    as_of: datetime | None = None,
    index: CandidateIndex | None = None,
    workers: int = 1,
) -> list[Verdict]:
    """One verdict for each article, in the order given: the order of publication.

    Each is judged against the reference corpus, the warehouse and the earlier articles of the same call; nothing is
    written. With `index` (see `CandidateIndex.load`) candidates come from memory; else the marks of the batch are
    joined set-wise, 500 articles at a time, with the same result.
    With several `workers`, a batch of 64 or more is read and compared in so many processes, with the same result; see
    `warehouse.dedupe.workers` for what a script of one's own must heed, and for the RuntimeError if it does not.
    `as_of` is the run's clock; nothing depends on it yet. An article without text is new.
    """
    with CopyWorkers(workers if len(articles) >= PARALLEL_FROM else 1) as crew:
        gathered = gather(con, articles, rules=rules, index=index, crew=crew)
        sides = Sides.of(articles, gathered, rules)
        return decide_batch(articles, sides, rules, found=compare_ahead(articles, sides, rules, crew))


def gather(
    con: DuckDBPyConnection, articles: Sequence[Article], *, rules: CopyRules, index: CandidateIndex | None,
    crew: CopyWorkers,
) -> Gathered:  # fmt: skip
    """Reads the articles, finds their candidates, loads the candidates' texts, fingerprints and originals.

    With a crew, texts are read while the candidates of the next articles are looked up.
    """
    reading = _read_many([unread_article(a) for a in articles], crew, sketched=True)
    readings: list[Reading] = []
    marks: list[Array] = []
    known: list[tuple[str, ...]] = []
    roots: dict[str, str] = {}
    wanted: set[str] = set()
    texts: list[Iterator[tuple[Reading, Array]]] = []
    for first in range(0, len(articles), LOOKED_UP):
        part = articles[first : first + LOOKED_UP]
        read = [next(reading) for _ in part]
        readings += [r for r, _ in read]
        marks += [m for _, m in read]
        every = np.concatenate([*(m for _, m in read), np.empty(0, dtype=np.uint32)])
        lookup = index or CandidateIndex.join(con, every)
        docs = [lookup.candidates(m, rules) for _, m in read]
        documents = find_documents(con, (d for found in docs for d in found))
        ids = [_with_originals(a.article_id, found, documents) for a, found in zip(part, docs, strict=True)]
        roots.update((d.article_id, d.original_id) for d in documents.values())
        fresh = {i for found in ids for i in found} - wanted
        texts.append(_read_many(find_unread(con, fresh), crew))
        known += ids
        wanted |= fresh
    before = find_versions_before(con, articles)
    asked = {"article_ids": texts_argument(sorted(wanted))}
    rows = con.execute(load_sql("copies_roots"), asked).fetchall() if wanted else []
    found = {r.article_id: r for part in texts for r, _ in part}
    return Gathered(
        readings=tuple(readings),
        marks=tuple(marks),
        known=tuple(known),
        texts={i: found[i] for i in sorted(found)},
        before=before,
        fingerprints=find_fingerprints(con, wanted - found.keys()) if wanted else {},
        roots=roots | dict(rows),
    )


def _read_many(
    texts: Sequence[Unread], crew: CopyWorkers, *, sketched: bool = False
) -> Iterator[tuple[Reading, Array]]:
    """Readings (and, if `sketched`, their marks), in order; under way before the first is asked for."""
    parts = [texts[i : i + READ] for i in range(0, len(texts), READ)]
    if not crew.is_parallel:
        return (read for part in parts for read in _read_part(part, sketched))
    pending = [crew.submit(_read_part, part, sketched) for part in parts]
    return (read for one in pending for read in one.result())


def _read_part(texts: Sequence[Unread], sketched: bool) -> list[tuple[Reading, Array]]:
    none = np.empty(0, dtype=np.uint32)
    return [(r, sketch(r) if sketched else none) for r in read_all(texts)]


def _with_originals(article_id: str, docs: Sequence[int], documents: Mapping[int, Known]) -> tuple[str, ...]:
    """Article ids of the candidates and of their originals, originals first, without the article itself."""
    found: dict[str, None] = {}
    for doc in docs:
        if doc in documents:
            found[documents[doc].original_id] = None
            found[documents[doc].article_id] = None
    found.pop(article_id, None)
    return tuple(found)


def find_unread(con: DuckDBPyConnection, article_ids: Iterable[str]) -> list[Unread]:
    """The texts of known articles, from the latest version that has one."""
    wanted = sorted(set(article_ids))
    if not wanted:
        return []
    rows = con.execute(load_sql("copies_texts"), {"article_ids": texts_argument(wanted)}).fetchall()
    return [unread_row(row) for row in rows]


def find_versions_before(con: DuckDBPyConnection, articles: Sequence[Article]) -> dict[int, Reading]:
    """For the articles (by place in the batch) whose address is known with another text: that text, the latest."""
    if not articles:
        return {}
    parameters = {
        "article_ids": texts_argument(a.article_id for a in articles),
        "content_hashes": texts_argument(a.content_hash for a in articles),
        "fetched_at": texts_argument(a.fetched_at.isoformat() for a in articles),
        "positions": numbers_argument(np.arange(len(articles))),
    }
    rows = con.execute(load_sql("copies_versions_before"), parameters).fetchall()
    return {row[0]: unread_row(row[1:]).read() for row in rows}


@dataclass(frozen=True, kw_only=True)
class Sides:
    """A gathered batch, with what of each text counts; `near` are the places of like articles earlier in the batch."""

    gathered: Gathered
    ours: tuple[Side, ...]
    known: Mapping[str, Side]
    before: Mapping[int, Side]
    near: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, articles: Sequence[Article], gathered: Gathered, rules: CopyRules) -> Sides:
        """Leaves out the furniture of each site and looks up who is like whom within the batch."""
        every = [*gathered.readings, *gathered.texts.values()]
        furniture = find_boilerplate(every, articles=rules.boilerplate_articles)
        batch = CandidateIndex.of_batch(gathered.marks)
        return cls(
            gathered=gathered,
            ours=tuple((r, keep_words(r, furniture)) for r in gathered.readings),
            known={i: (r, keep_words(r, furniture)) for i, r in gathered.texts.items()},
            before={i: (r, keep_words(r, furniture)) for i, r in gathered.before.items()},
            near=tuple(tuple(batch.candidates(m, rules, before=i)) for i, m in enumerate(gathered.marks)),
        )

    def at(self, other_id: str, place: int) -> Side:
        """A side by its place in the batch, or KNOWN."""
        return self.known[other_id] if place == KNOWN else self.ours[place]

    def others(
        self, i: int, articles: Sequence[Article], judged: Mapping[str, int], roots: Mapping[str, str]
    ) -> dict[str, int]:
        """Whom to compare article `i` with: ids in order, and the place of each in the batch (or KNOWN)."""
        others = {k: KNOWN for k in self.gathered.known[i] if k in self.known}
        for j in self.near[i]:
            other_id = articles[j].article_id
            others[other_id] = j
            root = roots.get(other_id, other_id)
            if root in judged:
                others[root] = judged[root]
            elif root in self.known:
                others[root] = KNOWN
        others.pop(articles[i].article_id, None)
        return others


def compare_ahead(
    articles: Sequence[Article], sides: Sides, rules: CopyRules, crew: CopyWorkers
) -> dict[Key, Likeness | None]:
    """What the crew found for the pairs that the decisions will ask for, as far as that is known before they fall.

    Empty without other processes. A decision that asks for another pair has it compared then.
    """
    found: dict[Key, Likeness | None] = {}
    if not crew.is_parallel:
        return found
    roots = sides.gathered.roots
    judged: dict[str, int] = {}
    pending: list[tuple[list[list[Key]], Pending[list[list[Likeness | None]]]]] = []
    keys: list[list[Key]] = []
    todo: list[Comparison] = []
    for i, article in enumerate(articles):
        asked: list[Key] = []
        others: list[tuple[str, Side, bool]] = []
        for other_id, place in sides.others(i, articles, judged, roots).items():
            other = sides.at(other_id, place)
            if worth_comparing(sides.ours[i][0], other[0]):
                asked.append((i, other_id, place))
                others.append((other_id, other, roots.get(other_id, other_id) == other_id))
            else:
                found[i, other_id, place] = None
        judged[article.article_id] = i
        if others:
            keys.append(asked)
            todo.append(Comparison(ours=sides.ours[i], others=tuple(others)))
        if sum(map(len, keys)) >= COMPARED or (todo and i == len(articles) - 1):
            pending.append((keys, crew.submit(compare_each, todo, rules)))
            keys, todo = [], []
    for groups, one in pending:
        for group, likenesses in zip(groups, one.result(), strict=True):
            found.update(zip(group, likenesses, strict=False))  # those behind a settled matter were not compared
    return found


def decide_batch(
    articles: Sequence[Article], sides: Sides, rules: CopyRules, *, found: Mapping[Key, Likeness | None]
) -> list[Verdict]:
    """The verdicts that the gathered facts give, one after the other; pure. `found` spares comparing, no more."""
    gathered = sides.gathered
    roots = dict(gathered.roots)
    judged: dict[str, int] = {}
    verdicts: list[Verdict] = []
    for i, article in enumerate(articles):
        ours = sides.ours[i]
        own = sides.ours[judged[article.article_id]] if article.article_id in judged else sides.before.get(i)
        others = sides.others(i, articles, judged, roots)
        likenesses = _likenesses(i, others, sides, roots, rules, found)
        relatives = [_relative(likeness) for likeness in likenesses.values()]
        for other_id in gathered.known[i]:
            if other_id in gathered.fingerprints:
                by_print = judge_fingerprint(ours[0], gathered.fingerprints[other_id], threshold=rules.threshold)
                relatives += [Relative(kinship=by_print, covered=None)] if by_print else []
        verdict = decide(article, int(ours[1].sum()), relatives, roots, rules)
        texts = {k: sides.at(k, others[k])[0] for k in likenesses}
        verdict = replace(verdict, kin=_with_spans(verdict.kin, ours[0], likenesses, texts))
        if own is not None:
            verdict = _revision(article, ours, own, verdict)
        verdicts.append(verdict)
        judged[article.article_id] = i
        if verdict.original_id and verdict.original_id != article.article_id:
            roots[article.article_id] = roots.get(verdict.original_id, verdict.original_id)
    return verdicts


def _likenesses(
    i: int, others: Mapping[str, int], sides: Sides, roots: Mapping[str, str], rules: CopyRules,
    found: Mapping[Key, Likeness | None],
) -> dict[str, Likeness]:  # fmt: skip
    """The likenesses of one article that hold, by the other's id."""
    ours = sides.ours[i]
    holding: dict[str, Likeness] = {}
    for other_id, place in others.items():
        key = (i, other_id, place)
        if key in found:
            likeness = found[key]
        else:
            other = sides.at(other_id, place)
            worth = worth_comparing(ours[0], other[0])
            likeness = find_likeness(ours, other, other_id, rules) if worth else None
        if likeness is not None:
            holding[other_id] = likeness
            if likeness.settles and roots.get(other_id, other_id) == other_id:
                break  # all of it stands in an original: nothing else can decide
    return holding


def _relative(likeness: Likeness) -> Relative:
    covered = likeness.pair.evidence.matched_a if likeness.pair else None
    return Relative(kinship=likeness.kinship, covered=covered)


def _revision(article: Article, ours: Side, own: Side, verdict: Verdict) -> Verdict:
    """A known address with another text: a revision of itself."""
    (r, keep), (old, keep_old) = ours, own
    if r.text == old.text and r.title == old.title:
        return verdict
    pair = judge_pair(r, old, keep, keep_old)
    kinship = kinship_of(pair, article.article_id, features=features_of(pair.evidence))
    kinship = replace(kinship, spans=find_spans(r, old, pair.evidence))
    facts = adds_facts(r, old, pair.evidence.matched_a, keep)
    return revise(verdict, article.article_id, kinship, adds_facts=facts)


def _with_spans(
    kin: Sequence[Kinship], r: Reading, likenesses: Mapping[str, Likeness], texts: Mapping[str, Reading]
) -> tuple[Kinship, ...]:
    """The kinships, the first two with the passages in common; to show those of the others, compare the texts."""
    shown = (
        replace(k, spans=spans_of(likenesses[k.other_id], r, texts[k.other_id])) if k.other_id in likenesses else k
        for k in kin[:SHOWN]
    )
    return (*shown, *kin[SHOWN:])


def add_sketches(con: DuckDBPyConnection, articles: Sequence[Article], verdicts: Sequence[Verdict]) -> None:
    """Adds judged articles to the candidate index, inside the caller's transaction.

    An exact copy adds nothing: its original stands for it. Any other copy adds its marks, so that what it has beyond
    its original is found too. Rolled back with the caller's transaction.
    """
    rows: list[tuple[str, str, str, str]] = []
    marks: list[Array] = []
    originals = {v.article_id: v.original_id for v in verdicts if v.original_id}
    for article, verdict in zip(articles, verdicts, strict=True):
        if verdict.relation == "exact" or not article.paragraphs:
            continue
        root = verdict.original_id or article.article_id
        for _ in range(len(originals)):
            if originals.get(root) in (None, root):
                break
            root = originals[root]
        rows.append((article.article_id, root, article.site, article.language or ""))
        marks.append(sketch(read_article(article)))
    add_documents(con, rows, marks)


def add_fingerprints(con: DuckDBPyConnection, fingerprints: Iterable[Fingerprint]) -> None:
    """Makes articles known by fingerprint only, inside the caller's transaction; those known already stay as they are.

    Once `article_versions` holds a text under the same article id, the text is used instead.
    """
    fresh = store_fingerprints(con, fingerprints)
    rows = [(f.article_id, f.article_id, f.site, f.language) for f in fresh]
    add_documents(con, rows, [np.array(f.marks, dtype=np.uint32) for f in fresh])


def compare(a: Article, b: Article) -> Kinship:
    """How A relates to B, with passages in common and all features; relation `new` where it is no copy."""
    ra, rb = read_article(a), read_article(b)
    if in_two_languages(ra, rb):
        across = kinship_across(ra, rb, b.article_id)
        return across if across.confidence >= CopyRules().cross_language_threshold else replace(across, relation="new")
    pair = judge_pair(ra, rb)
    kinship = kinship_of(pair, b.article_id, features=features_of(pair.evidence))
    kinship = replace(kinship, spans=find_spans(ra, rb, pair.evidence))
    return kinship if pair.probability >= CopyRules().threshold else replace(kinship, relation="new")
