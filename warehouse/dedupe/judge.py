"""Judges a batch of articles against everything known: gathers set-wise, decides purely, writes nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime

import numpy as np
from duckdb import DuckDBPyConnection

from extractors.model import Article, Kinship, Verdict
from warehouse.dedupe.across import in_two_languages
from warehouse.dedupe.arrays import Array
from warehouse.dedupe.fingerprints import Fingerprint, judge_fingerprint, store_fingerprints
from warehouse.dedupe.gather import AT_ONCE, Gathered, Number, gather, parts_of
from warehouse.dedupe.groups import strangers
from warehouse.dedupe.index import CandidateIndex, add_documents
from warehouse.dedupe.likeness import SHOWN, Likeness, find_likeness, kinship_across, with_spans
from warehouse.dedupe.pairs import features_of, find_spans, judge_pair
from warehouse.dedupe.reading import read_article, unread_article
from warehouse.dedupe.rules import CopyRules
from warehouse.dedupe.shelf import Answer, Question
from warehouse.dedupe.sketch import sketch
from warehouse.dedupe.verdict import Relative, adds_facts, decide, kinship_of, revise
from warehouse.dedupe.workers import CopyWorkers


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


def ask(
    articles: Sequence[Article], gathered: Gathered, rules: CopyRules, crew: CopyWorkers
) -> Iterator[Answer]:
    """What was found for each article, in order: everything the decisions will ask for, as far as that is known before
    they fall. All is under way before the first is asked for."""
    judged: dict[str, int] = {}
    coming: list[Future[list[Answer]]] = []
    for places in parts_of(range(len(articles))):
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
