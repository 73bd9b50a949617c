"""Judges a batch of articles against everything known: gathers set-wise, decides purely, writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from duckdb import DuckDBPyConnection

from extractors.model import Article, Kinship, Verdict
from warehouse.dedupe.across import in_two_languages, weigh_across
from warehouse.dedupe.arguments import numbers_argument, texts_argument
from warehouse.dedupe.boilerplate import find_boilerplate, keep_words
from warehouse.dedupe.features import worth_a_look
from warehouse.dedupe.fingerprints import Fingerprint, find_fingerprints, judge_fingerprint, store_fingerprints
from warehouse.dedupe.index import CandidateIndex, Known, add_documents, find_documents
from warehouse.dedupe.pairs import JudgedPair, features_of, find_spans, judge_pair
from warehouse.dedupe.reading import Array, Reading, guess_script, read_article, read_text
from warehouse.dedupe.rules import CopyRules
from warehouse.dedupe.sketch import sketch
from warehouse.dedupe.verdict import Relative, adds_facts, decide, kinship_of, revise
from warehouse.sql import load_sql

SHOWN = 2  # kinships that carry the passages in common
LOADED_FROM = 64  # from so many articles on, loading the index takes less time than joining their marks
SETTLED = 0.9  # so much of an article in one original settles the matter
Side = tuple[Reading, Array]  # a reading, and which of its words count


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
) -> list[Verdict]:
    """One verdict for each article, in the order given: the order of publication.

    Each is judged against the reference corpus, the warehouse and the earlier articles of the same call; nothing is
    written. With `index` (see `CandidateIndex.load`) candidates come from memory; else a large batch loads the index,
    8 bytes a mark, and a small one joins its marks set-wise, with the same result.
    `as_of` is the run's clock; nothing depends on it yet. An article without text is new.
    """
    return decide_batch(articles, gather(con, articles, rules=rules, index=index), rules)


def gather(
    con: DuckDBPyConnection, articles: Sequence[Article], *, rules: CopyRules, index: CandidateIndex | None = None
) -> Gathered:
    """Reads the articles, finds their candidates, loads the candidates' texts, fingerprints and originals."""
    readings = tuple(read_article(a) for a in articles)
    marks = tuple(sketch(r) for r in readings)
    every = np.concatenate([*marks, np.empty(0, dtype=np.uint32)])
    if index is None and len(articles) >= LOADED_FROM:
        index = CandidateIndex.load(con)
    elif index is None:
        index = CandidateIndex.join(con, every, most=rules.most_documents)
    docs = [index.candidates(m, rules) for m in marks]
    documents = find_documents(con, (d for found in docs for d in found))
    known = tuple(_with_originals(a.article_id, found, documents) for a, found in zip(articles, docs, strict=True))
    wanted = {i for ids in known for i in ids}
    texts = find_texts(con, wanted)
    ids = {"article_ids": texts_argument(sorted(wanted))}
    rows = con.execute(load_sql("copies_roots"), ids).fetchall() if wanted else []
    return Gathered(
        readings=readings,
        marks=marks,
        known=known,
        texts=texts,
        before=find_versions_before(con, articles),
        fingerprints=find_fingerprints(con, wanted - texts.keys()) if wanted else {},
        roots={d.article_id: d.original_id for d in documents.values()} | dict(rows),
    )


def _with_originals(article_id: str, docs: Sequence[int], documents: Mapping[int, Known]) -> tuple[str, ...]:
    """Article ids of the candidates and of their originals, originals first, without the article itself."""
    found: dict[str, None] = {}
    for doc in docs:
        if doc in documents:
            found[documents[doc].original_id] = None
            found[documents[doc].article_id] = None
    found.pop(article_id, None)
    return tuple(found)


def find_texts(con: DuckDBPyConnection, article_ids: Iterable[str]) -> dict[str, Reading]:
    """The readings of known articles, from the latest version that has a text."""
    wanted = sorted(set(article_ids))
    if not wanted:
        return {}
    rows = con.execute(load_sql("copies_texts"), {"article_ids": texts_argument(wanted)}).fetchall()
    return {row[0]: _stored_reading(row) for row in rows}


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
    return {row[0]: _stored_reading(row[1:]) for row in rows}


def _stored_reading(row: tuple[Any, ...]) -> Reading:
    article_id, title, site, language, published, text, links = row
    return read_text(
        text, article_id=article_id, title=title, site=site, language=language or guess_script(text),
        day=published.date().toordinal() if published else None, links=frozenset(links or ()),
    )  # fmt: skip


def decide_batch(articles: Sequence[Article], gathered: Gathered, rules: CopyRules) -> list[Verdict]:
    """The verdicts that the gathered facts give; pure."""
    furniture = find_boilerplate([*gathered.readings, *gathered.texts.values()], articles=rules.boilerplate_articles)
    known = {i: (r, keep_words(r, furniture)) for i, r in gathered.texts.items()}
    ours = [(r, keep_words(r, furniture)) for r in gathered.readings]
    batch = CandidateIndex.of_batch(gathered.marks)
    roots = dict(gathered.roots)
    judged: dict[str, Side] = {}
    verdicts: list[Verdict] = []
    for i, article in enumerate(articles):
        own = judged.get(article.article_id)
        if own is None and i in gathered.before:
            own = gathered.before[i], keep_words(gathered.before[i], furniture)
        others: dict[str, Side] = {k: known[k] for k in gathered.known[i] if k in known}
        for j in batch.candidates(gathered.marks[i], rules, before=i):
            other_id = articles[j].article_id
            others[other_id] = ours[j]
            root = roots.get(other_id, other_id)
            original = judged.get(root) or known.get(root)
            if original is not None:
                others[root] = original
        others.pop(article.article_id, None)
        relatives, pairs = _relatives(ours[i], others, roots, rules)
        for other_id in gathered.known[i]:
            if other_id in gathered.fingerprints:
                found = judge_fingerprint(ours[i][0], gathered.fingerprints[other_id], threshold=rules.threshold)
                relatives += [Relative(kinship=found, covered=None)] if found else []
        verdict = decide(article, int(ours[i][1].sum()), relatives, roots, rules)
        verdict = replace(verdict, kin=_with_spans(verdict.kin, ours[i][0], pairs))
        if own is not None:
            verdict = _revision(article, ours[i], own, verdict)
        verdicts.append(verdict)
        judged[article.article_id] = ours[i]
        if verdict.original_id and verdict.original_id != article.article_id:
            roots[article.article_id] = roots.get(verdict.original_id, verdict.original_id)
    return verdicts


def _relatives(
    ours: Side, others: Mapping[str, Side], roots: Mapping[str, str], rules: CopyRules
) -> tuple[list[Relative], dict[str, tuple[Reading, JudgedPair]]]:
    """The kinships of one article that hold, and the judged pairs behind them."""
    r, keep = ours
    relatives: list[Relative] = []
    pairs: dict[str, tuple[Reading, JudgedPair]] = {}
    for other_id, (other, keep_other) in others.items():
        if in_two_languages(r, other):
            across = kinship_across(r, other, other_id)
            if across.confidence >= rules.cross_language_threshold:
                relatives.append(Relative(kinship=across, covered=None))
            continue
        if not worth_a_look(r, other):
            continue
        pair = judge_pair(r, other, keep, keep_other)
        if pair.probability >= rules.threshold:
            pairs[other_id] = (other, pair)
            kinship = kinship_of(pair, other_id, features=features_of(pair.evidence))
            relatives.append(Relative(kinship=kinship, covered=pair.evidence.matched_a))
            is_original = roots.get(other_id, other_id) == other_id
            if is_original and pair.relation in ("exact", "near") and pair.share_a >= SETTLED:
                break  # all of it stands in an original: nothing else can decide
    return relatives, pairs


def kinship_across(r: Reading, other: Reading, other_id: str) -> Kinship:
    """The kinship with an article in another language; no passages, since none stand word for word."""
    found = weigh_across(r, other)
    return Kinship(
        other_id=other_id, relation="paraphrase", share=round(found.share, 4), other_share=round(found.share, 4),
        confidence=round(found.probability, 4),
        features={name: round(value, 4) for name, value in found.features.items() if name != "bias"},
        reasons=("cross-language", f"{r.language} and {other.language}: names, figures and concepts agree"),
    )  # fmt: skip


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
    kin: Sequence[Kinship], r: Reading, pairs: Mapping[str, tuple[Reading, JudgedPair]]
) -> tuple[Kinship, ...]:
    """The kinships, the first two with the passages in common; to show those of the others, compare the texts."""
    shown = (replace(k, spans=find_spans(r, pairs[k.other_id][0], pairs[k.other_id][1].evidence))
             if k.other_id in pairs else k for k in kin[:SHOWN])  # fmt: skip
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
