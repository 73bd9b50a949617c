"""Judges a batch of articles against everything known: gathers set-wise, decides purely, writes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
from duckdb import DuckDBPyConnection

from extractors.model import Article, Kinship, Verdict
from warehouse.dedupe.arguments import texts_argument
from warehouse.dedupe.boilerplate import find_boilerplate, keep_words
from warehouse.dedupe.fingerprints import Fingerprint, find_fingerprints, judge_fingerprint, store_fingerprints
from warehouse.dedupe.index import CandidateIndex, Known, add_documents, find_documents
from warehouse.dedupe.pairs import JudgedPair, features_of, find_spans, judge_pair
from warehouse.dedupe.reading import Array, Reading, read_article, read_text
from warehouse.dedupe.rules import CopyRules
from warehouse.dedupe.sketch import sketch
from warehouse.dedupe.verdict import Relative, adds_facts, decide, kinship_of, revise
from warehouse.sql import load_sql

PREFERRED = 3  # kinships that keep their spans and features


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """All that a batch is judged on. `texts` are the readings of known articles, `roots` lead from copy to original."""

    readings: tuple[Reading, ...]
    marks: tuple[Array, ...]
    known: tuple[tuple[str, ...], ...]
    texts: Mapping[str, Reading]
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
    written. With `index` (see `CandidateIndex.load`) candidates come from memory, else they are joined set-wise.
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
    if index is None:
        index = CandidateIndex.join(con, every, most=rules.most_documents)
    docs = [index.candidates(m, rules) for m in marks]
    documents = find_documents(con, (d for found in docs for d in found))
    known = tuple(_with_originals(a.article_id, found, documents) for a, found in zip(articles, docs, strict=True))
    wanted = {i for ids in known for i in ids} | {a.article_id for a in articles}
    texts = find_texts(con, wanted)
    rows = con.execute(load_sql("copies_roots"), {"article_ids": texts_argument(sorted(wanted))}).fetchall() if wanted else []
    return Gathered(
        readings=readings,
        marks=marks,
        known=known,
        texts=texts,
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
    return {
        article_id: read_text(
            text, article_id=article_id, title=title, site=site, language=language or "en",
            day=published.date().toordinal() if published else None, links=frozenset(links or ()),
        )
        for article_id, _, title, site, language, published, _, text, links, _ in rows
    }  # fmt: skip


@dataclass(kw_only=True)
class _Night:
    """What the deciding loop remembers of the articles it has judged already."""

    by_mark: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    roots: dict[str, str] = field(default_factory=dict)


def decide_batch(articles: Sequence[Article], gathered: Gathered, rules: CopyRules) -> list[Verdict]:
    """The verdicts that the gathered facts give; pure."""
    furniture = find_boilerplate([*gathered.readings, *gathered.texts.values()], articles=rules.boilerplate_articles)
    keep_known = {i: keep_words(r, furniture) for i, r in gathered.texts.items()}
    keep_ours = [keep_words(r, furniture) for r in gathered.readings]
    night = _Night(roots=dict(gathered.roots))
    position = {a.article_id: i for i, a in reversed(list(enumerate(articles)))}
    verdicts: list[Verdict] = []
    for i, article in enumerate(articles):
        r, keep = gathered.readings[i], keep_ours[i]
        relatives: list[Relative] = []
        pairs: dict[str, tuple[Reading, JudgedPair]] = {}
        earlier = _earlier(night, gathered.marks[i], rules)
        others: dict[str, tuple[Reading, Array]] = {
            k: (gathered.texts[k], keep_known[k]) for k in gathered.known[i] if k in gathered.texts
        }
        for j in earlier:
            other_id = articles[j].article_id
            others[other_id] = (gathered.readings[j], keep_ours[j])
            root = night.roots.get(other_id, other_id)
            if root in position and position[root] < i:
                others[root] = (gathered.readings[position[root]], keep_ours[position[root]])
            elif root in gathered.texts:
                others[root] = (gathered.texts[root], keep_known[root])
        own = others.pop(article.article_id, None)
        if own is None and article.article_id in gathered.texts:
            own = (gathered.texts[article.article_id], keep_known[article.article_id])
        for other_id, (other, keep_other) in others.items():
            pair = judge_pair(r, other, keep, keep_other)
            if pair.probability >= rules.threshold:
                pairs[other_id] = (other, pair)
                kinship = kinship_of(pair, other_id, features=features_of(pair.evidence))
                relatives.append(Relative(kinship=kinship, covered=pair.evidence.matched_a))
        for other_id in gathered.known[i]:
            if other_id in gathered.fingerprints:
                found = judge_fingerprint(r, gathered.fingerprints[other_id], threshold=rules.threshold)
                if found:
                    relatives.append(Relative(kinship=found, covered=None))
        verdict = decide(article, int(keep.sum()), relatives, night.roots, rules)
        verdict = replace(verdict, kin=tuple(_with_spans(k, r, pairs) for k in verdict.kin[:PREFERRED]) +
                          verdict.kin[PREFERRED:])  # fmt: skip
        if own is not None:
            verdict = _revision(article, r, keep, own, verdict)
        verdicts.append(verdict)
        if verdict.original_id and verdict.original_id != article.article_id:
            night.roots[article.article_id] = night.roots.get(verdict.original_id, verdict.original_id)
        for mark in gathered.marks[i].tolist():
            night.by_mark[mark].append(i)
    return verdicts


def _revision(
    article: Article, r: Reading, keep: Array, own: tuple[Reading, Array], verdict: Verdict
) -> Verdict:
    """A known address with another text: a revision of itself."""
    old, keep_old = own
    if r.text == old.text and r.title == old.title:
        return verdict
    pair = judge_pair(r, old, keep, keep_old)
    kinship = kinship_of(pair, article.article_id, features=features_of(pair.evidence))
    kinship = replace(kinship, spans=find_spans(r, old, pair.evidence))
    facts = adds_facts(r, old, pair.evidence.matched_a, keep)
    return revise(verdict, article.article_id, kinship, adds_facts=facts)


def _with_spans(k: Kinship, r: Reading, pairs: Mapping[str, tuple[Reading, JudgedPair]]) -> Kinship:
    if k.other_id not in pairs:
        return k
    other, pair = pairs[k.other_id]
    return replace(k, spans=find_spans(r, other, pair.evidence))


def _earlier(night: _Night, marks: Array, rules: CopyRules) -> list[int]:
    """Earlier articles of the batch that share enough marks, most promising first."""
    hits = [(mark, night.by_mark[mark]) for mark in marks.tolist() if mark in night.by_mark]
    passages: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
    terms: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for mark, owners in hits:
        target = terms if mark & 1 else passages
        worth = 1.0 / (1.0 + float(np.log(len(owners))))
        for owner in owners[-rules.most_documents :]:
            entry = target[owner]
            entry[0] += 1
            entry[1] += worth
    chosen: dict[int, None] = {}
    for table, least in ((passages, rules.shared_passages), (terms, rules.shared_terms)):
        enough = [(score, owner) for owner, (count, score) in table.items() if count >= least]
        enough.sort(key=lambda e: (-e[0], e[1]))
        chosen.update(dict.fromkeys(owner for _, owner in enough[: rules.candidates]))
    return list(chosen)


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
    pair = judge_pair(ra, rb)
    kinship = kinship_of(pair, b.article_id, features=features_of(pair.evidence))
    kinship = replace(kinship, spans=find_spans(ra, rb, pair.evidence))
    return kinship if pair.probability >= CopyRules().threshold else replace(kinship, relation="new")
