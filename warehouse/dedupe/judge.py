"""Judges a batch of articles against everything known: gathers set-wise, decides purely, writes nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from duckdb import DuckDBPyConnection

from extractors.model import Article, Kinship, Verdict
from warehouse.dedupe.across import in_two_languages
from warehouse.dedupe.arguments import numbers_argument, texts_argument
from warehouse.dedupe.boilerplate import Carrier, find_furniture
from warehouse.dedupe.fingerprints import Fingerprint, find_fingerprints, judge_fingerprint, store_fingerprints
from warehouse.dedupe.groups import strangers
from warehouse.dedupe.index import CandidateIndex, Known, add_documents, find_documents
from warehouse.dedupe.likeness import SHOWN, Likeness, find_likeness, kinship_across, with_spans
from warehouse.dedupe.pairs import features_of, find_spans, judge_pair
from warehouse.dedupe.reading import Array, Unread, read_article, unread_article, unread_row
from warehouse.dedupe.rules import CopyRules
from warehouse.dedupe.shelf import Answer, Question, Seen
from warehouse.dedupe.sketch import sketch
from warehouse.dedupe.verdict import Relative, adds_facts, decide, kinship_of, revise
from warehouse.dedupe.workers import CopyWorkers
from warehouse.sql import load_sql

LOOKED_UP = 500  # articles whose candidates are looked up together; half as many where workers read meanwhile
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


def judge_articles(
    con: DuckDBPyConnection,
    articles: Sequence[Article],
    *,
    rules: CopyRules = CopyRules(),  # noqa: B008 - frozen
    as_of: datetime | None = None,
    index: CandidateIndex | None = None,
    workers: int = 1,
    crew: CopyWorkers | None = None,
) -> list[Verdict]:
    """One verdict for each article, in the order given: the order of publication.

    Each is judged against the reference corpus, the warehouse and the earlier articles of the same call; nothing is
    written. With `index` (see `CandidateIndex.load`) candidates come from memory; else the marks of the batch are
    joined set-wise, 500 articles at a time, with the same result.
    With a `crew` of several, which stays warm from call to call, or with several `workers` for this call, texts are
    read and compared in other processes, with the same result.
    `as_of` is the run's clock; nothing depends on it yet. An article without text is new.
    """
    with contextlib.nullcontext(crew) if crew else CopyWorkers(workers) as reading:
        reading.begin([unread_article(a) for a in articles])
        gathered = gather(con, articles, rules=rules, index=index, crew=reading)
        return decide_batch(articles, gathered, rules, reading, ask(articles, gathered, rules, reading))


def gather(
    con: DuckDBPyConnection, articles: Sequence[Article], *, rules: CopyRules, index: CandidateIndex | None,
    crew: CopyWorkers,
) -> Gathered:  # fmt: skip
    """Has the articles read, finds their candidates, loads and has read the candidates' texts, leaves out the furniture
    of sites, and looks up who is like whom within the batch.

    With a crew, the candidates of some articles are looked up while others are read.
    """
    reading = [_read(crew, part, part, sketched=True) for part in _parts(range(len(articles)))]
    seen: list[Seen] = []
    candidates: list[tuple[str, ...]] = []
    roots: dict[str, str] = {}
    numbers: dict[str, Number] = {}
    wanted: set[str] = set()
    coming: list[tuple[list[str], Future[list[Seen]]]] = []
    step = LOOKED_UP // 2 if crew.is_parallel else LOOKED_UP
    for first in range(0, len(articles), step):
        part = articles[first : first + step]
        while len(seen) < first + len(part):
            seen += reading.pop(0).result()
        marks = [s.marks for s in seen[first : first + len(part)]]
        lookup = index or _join(con, marks, rules)
        docs = [lookup.candidates(m, rules) for m in marks]
        documents = find_documents(con, (d for found in docs for d in found))
        ids = [_with_originals(a.article_id, found, documents) for a, found in zip(part, docs, strict=True)]
        roots.update((d.article_id, d.original_id) for d in documents.values())
        texts = {u.article_id: u for u in find_unread(con, {i for found in ids for i in found} - wanted)}
        wanted.update(i for found in ids for i in found)
        candidates += ids
        for places in _parts(range(first, first + len(part))):
            fresh = [i for i in dict.fromkeys(i for p in places for i in candidates[p]) if i in texts]
            for article_id in fresh:
                numbers[article_id] = len(crew.texts)
                crew.texts[numbers[article_id]] = texts.pop(article_id)
            if fresh:
                coming.append((fresh, _read(crew, places, [numbers[i] for i in fresh], sketched=False)))
    before = {}
    for place, text in find_versions_before(con, articles).items():
        before[place] = len(crew.texts)
        crew.texts[before[place]] = text
    crew.marks.update(((a.article_id, a.content_hash), s.marks) for a, s in zip(articles, seen, strict=True))
    known = {i: s.carrier for fresh, answer in coming for i, s in zip(fresh, answer.result(), strict=True)}
    crew.furnish(_furniture(seen, known, rules))
    asked = {"article_ids": texts_argument(sorted(wanted))}
    rows = con.execute(load_sql("copies_roots"), asked).fetchall() if wanted else []
    batch = CandidateIndex.of_batch([s.marks for s in seen])
    return Gathered(
        candidates=tuple(candidates),
        numbers=numbers,
        before=before,
        fingerprints=find_fingerprints(con, wanted - numbers.keys()) if wanted else {},
        roots=roots | dict(rows),
        near=tuple(tuple(batch.candidates(s.marks, rules, before=i)) for i, s in enumerate(seen)),
    )


def _join(con: DuckDBPyConnection, marks: Sequence[Array], rules: CopyRules) -> CandidateIndex:
    every = np.concatenate([*marks, np.empty(0, dtype=np.uint32)])
    return CandidateIndex.join(con, every, most=rules.most_documents)


def _parts(places: range) -> Iterator[range]:
    """Places in the batch, as many as one piece of work is about; cut at the same places whatever the range."""
    for first in range(places.start - places.start % AT_ONCE, places.stop, AT_ONCE):
        yield range(max(first, places.start), min(first + AT_ONCE, places.stop))


def _read(crew: CopyWorkers, places: range, numbers: Sequence[Number], *, sketched: bool) -> Future[list[Seen]]:
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


def find_unread(con: DuckDBPyConnection, article_ids: Iterable[str]) -> list[Unread]:
    """The texts of known articles, from the latest version that has one."""
    wanted = sorted(set(article_ids))
    if not wanted:
        return []
    rows = con.execute(load_sql("copies_texts"), {"article_ids": texts_argument(wanted)}).fetchall()
    return [unread_row(row) for row in rows]


def find_versions_before(con: DuckDBPyConnection, articles: Sequence[Article]) -> dict[int, Unread]:
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
    return {row[0]: unread_row(row[1:]) for row in rows}


def ask(
    articles: Sequence[Article], gathered: Gathered, rules: CopyRules, crew: CopyWorkers
) -> Iterator[Answer]:
    """What was found for each article, in order: everything the decisions will ask for, as far as that is known before
    they fall. All is under way before the first is asked for."""
    judged: dict[str, int] = {}
    coming: list[Future[list[Answer]]] = []
    for places in _parts(range(len(articles))):
        questions = []
        for i in places:
            others = gathered.others(i, articles, judged, gathered.roots)
            told = ((k, n, gathered.roots.get(k, k) == k) for k, n in others.items())
            questions.append(Question(number=i, others=tuple(told)))
            judged[articles[i].article_id] = i
        needs = [n for q in questions for n in (q.number, *(number for _, number, _ in q.others))]
        coming.append(crew.seat(places.start // AT_ONCE).submit(needs, "compare", questions, rules))
    return (answer for future in coming for answer in future.result())


def decide_batch(
    articles: Sequence[Article], gathered: Gathered, rules: CopyRules, crew: CopyWorkers, answers: Iterable[Answer]
) -> list[Verdict]:
    """The verdicts, one after the other; what an answer lacks is looked up in this process."""
    roots = dict(gathered.roots)
    judged: dict[str, int] = {}
    verdicts: list[Verdict] = []
    for i, (article, answer) in enumerate(zip(articles, answers, strict=True)):
        own = judged.get(article.article_id, gathered.before.get(i))
        others = gathered.others(i, articles, judged, roots)
        likenesses = _likenesses(i, others, answer, roots, rules, crew)
        apart = strangers(others, {k: n.kinship.relation for k, n in likenesses.items()}, roots)
        relatives = [
            Relative(kinship=likeness.kinship, covered=likeness.covered, stranger=other_id in apart)
            for other_id, likeness in likenesses.items()
        ]
        for other_id in gathered.candidates[i]:
            if other_id in gathered.fingerprints:
                known = gathered.fingerprints[other_id]
                by_print = judge_fingerprint(crew.here(i).reading(i), known, threshold=rules.threshold)
                relatives += [Relative(kinship=by_print, covered=None)] if by_print else []
        verdict = decide(article, answer.words, relatives, roots, rules)
        verdict = replace(verdict, kin=_with_spans(verdict.kin, i, likenesses, others, crew))
        if own is not None:
            verdict = _revision(article, i, own, verdict, crew)
        verdicts.append(verdict)
        judged[article.article_id] = i
        if verdict.original_id and verdict.original_id != article.article_id:
            roots[article.article_id] = roots.get(verdict.original_id, verdict.original_id)
    return verdicts


def _likenesses(
    i: int, others: Mapping[str, Number], answer: Answer, roots: Mapping[str, str], rules: CopyRules, crew: CopyWorkers
) -> dict[str, Likeness]:
    """The likenesses of one article that hold, by the other's id."""
    found = {(other_id, number): likeness for other_id, number, likeness in answer.found}
    holding: dict[str, Likeness] = {}
    for other_id, number in others.items():
        if (other_id, number) in found:
            likeness = found[other_id, number]
        else:
            shelf = crew.here(i, number)
            likeness = find_likeness(shelf.side(i), shelf.side(number), other_id, rules)
        if likeness is not None:
            holding[other_id] = likeness
            if likeness.settles and roots.get(other_id, other_id) == other_id:
                break  # all of it stands in an original: nothing else can decide
    return holding


def _revision(article: Article, i: int, own: Number, verdict: Verdict, crew: CopyWorkers) -> Verdict:
    """A known address with another text: a revision of itself."""
    if (crew.texts[i].text, crew.texts[i].title) == (crew.texts[own].text, crew.texts[own].title):
        return verdict
    shelf = crew.here(i, own)
    (r, keep), (old, keep_old) = shelf.side(i), shelf.side(own)
    pair = judge_pair(r, old, keep, keep_old)
    kinship = kinship_of(pair, article.article_id, features=features_of(pair.evidence))
    kinship = replace(kinship, spans=find_spans(r, old, pair.evidence))
    facts = adds_facts(r, old, pair.evidence.matched_a, keep)
    return revise(verdict, article.article_id, kinship, adds_facts=facts)


def _with_spans(
    kin: Sequence[Kinship], i: int, likenesses: Mapping[str, Likeness], others: Mapping[str, Number], crew: CopyWorkers
) -> tuple[Kinship, ...]:
    """The kinships, the first two with the passages in common; to show those of the others, compare the texts."""
    shown: list[Kinship] = []
    for k in kin[:SHOWN]:
        likeness = likenesses.get(k.other_id)
        if likeness is None:
            shown.append(k)
        elif likeness.spans is not None:
            shown.append(replace(k, spans=likeness.spans))
        else:
            shelf = crew.here(i, others[k.other_id])
            shown.append(with_spans(likeness, shelf.side(i), shelf.side(others[k.other_id])))
    return (*shown, *kin[SHOWN:])


def add_sketches(
    con: DuckDBPyConnection, articles: Sequence[Article], verdicts: Sequence[Verdict], *,
    crew: CopyWorkers | None = None,
) -> None:  # fmt: skip
    """Adds judged articles to the candidate index, inside the caller's transaction. A `crew` that has just judged them
    remembers their marks.

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
        remembered = crew.marks.get((article.article_id, article.content_hash)) if crew else None
        marks.append(sketch(read_article(article)) if remembered is None else remembered)
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
