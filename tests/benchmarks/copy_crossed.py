"""Copy detection as a whole, cross-validated by family of originals: detection, relation, direction and ARI.

    python -m tests.benchmarks.copy_crossed --shared DIR --cache DIR [--wrong]

A family is an original with everything that was made from it; a merge joins the families of its two originals. The
families of `DIR/data/dedupe` are dealt into five parts. Every pair that the detector looks at there is judged by judges
that were fitted without any pair of the parts that its two articles are in (fifteen judges), together with the
made pairs of `train_copies` that have nothing to do with `data/dedupe`. Groups are then made from all pairs as in
`tests.benchmarks.dedupe`. `--wrong` lists what is wrong. Nothing is written but the cache.
"""

from __future__ import annotations

import argparse
import pickle
import zlib
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from tests.benchmarks.dedupe import (
    Found,
    Row,
    candidate_pairs,
    in_company,
    line,
    listed,
    read_rows,
    reading_of,
    score,
    transitive,
)
from tests.benchmarks.train_copies import FOLDS, UNLISTED, Examples, fit_how, fit_whether, join, made_sets
from warehouse.dedupe.boilerplate import find_boilerplate, keep_words
from warehouse.dedupe.features import Evidence, weigh_pair, worth_a_look
from warehouse.dedupe.pairs import NAMED_FROM, RELATIONS, JudgedPair, name_relation, reasons, shares
from warehouse.dedupe.reading import Reading
from warehouse.dedupe.rules import CopyRules

Pair = tuple[int, int]


def families(clusters: list[Row]) -> dict[str, str]:
    """For each article id the family it belongs to."""
    parent: dict[str, str] = {}

    def root(x: str) -> str:
        parent.setdefault(x, x)
        while parent[x] != x:
            x = parent[x]
        return x

    for row in clusters:
        for other in row.get("also", []):
            parent[root(row["cluster"])] = root(other)
    return {row["id"]: root(row["cluster"]) for row in clusters}


class Crossed:
    """The folder, read once, and the judges for each pair of parts, fitted when first asked for."""

    def __init__(self, folder: Path, made: Examples) -> None:
        self.readings: list[Reading] = [reading_of(row) for row in read_rows(folder / "articles.jsonl")]
        furniture = find_boilerplate(self.readings)
        self.keeps = [keep_words(r, furniture) for r in self.readings]
        clusters = read_rows(folder / "clusters.jsonl")
        family = families(clusters)
        self.part = [zlib.crc32(family[r.article_id].encode()) % FOLDS for r in self.readings]
        member = {c["id"]: {c["cluster"], *c.get("also", [])} for c in clusters}
        at = {r.article_id: i for i, r in enumerate(self.readings)}
        self.labels: dict[Pair, tuple[str, str]] = {}
        for pair in read_rows(folder / "pairs.jsonl"):
            i, j = sorted((at[pair["a"]], at[pair["b"]]))
            self.labels[i, j] = (pair["relation"], pair["kind"])
        self.proposed = sorted(candidate_pairs(self.readings, CopyRules()))
        for i, j in self.proposed:
            a, b = self.readings[i].article_id, self.readings[j].article_id
            if (i, j) not in self.labels and not member[a] & member[b]:
                self.labels[i, j] = ("none", "unlisted")
        self.made = made
        self._evidence: dict[Pair, Evidence] = {}
        self._models: dict[Pair, HistGradientBoostingClassifier] = {}
        self._namers: dict[int, HistGradientBoostingClassifier] = {}
        self._examples: Examples | None = None

    def evidence(self, pair: Pair) -> Evidence:
        """The features of a pair."""
        if pair not in self._evidence:
            i, j = pair
            self._evidence[pair] = weigh_pair(self.readings[i], self.readings[j], self.keeps[i], self.keeps[j])
        return self._evidence[pair]

    def whether(self, x: int, y: int) -> HistGradientBoostingClassifier:
        """A judge that saw nothing of two parts."""
        if (x, y) not in self._models:
            self._models[x, y] = fit_whether(self._without(x, y))
        return self._models[x, y]

    def how(self, x: int) -> HistGradientBoostingClassifier:
        """One that names relations and saw nothing of a part; copies are of one part, whatever is found besides."""
        if x not in self._namers:
            self._namers[x] = fit_how(self._without(x, x))
        return self._namers[x]

    def _without(self, x: int, y: int) -> Examples:
        if self._examples is None:
            self._examples = self._labelled()
        parts = np.array([[self.part[i], self.part[j]] for i, j in self.labels])
        return join([self._examples.part(np.asarray(~np.isin(parts, [x, y]).any(axis=1))), self.made])

    def _labelled(self) -> Examples:
        labels = list(self.labels.values())
        return Examples(
            rows=np.array([self.evidence(pair).values for pair in self.labels], dtype=np.float32),
            copy=np.array([r != "none" for r, _ in labels]),
            relation=np.array([RELATIONS.index(r) if r in RELATIONS else -1 for r, _ in labels]),
            kind=np.array([k for _, k in labels]), fold=np.zeros(len(labels), dtype=int),
            weight=np.array([UNLISTED if k == "unlisted" else 1.0 for _, k in labels]),
            keys=tuple(("", "") for _ in labels),
        )  # fmt: skip

    def judge(self, pairs: list[Pair]) -> dict[Pair, JudgedPair]:
        """The judgement on each pair that is worth a look."""
        by_models: dict[Pair, list[Pair]] = defaultdict(list)
        for i, j in pairs:
            if worth_a_look(self.readings[i], self.readings[j]):
                x, y = sorted((self.part[i], self.part[j]))
                by_models[x, y].append((i, j))
        judged = {}
        for group in by_models.values():
            x, y = sorted(self.part[i] for i in group[0])
            rows = np.array([self.evidence(p).values for p in group])
            sure, named = self.whether(x, y).predict_proba(rows)[:, 1], self.how(x).predict(rows)
            for pair, probability, relation in zip(group, sure, named, strict=True):
                judged[pair] = self._judged(pair, float(probability), int(relation))
        return judged

    def _judged(self, pair: Pair, probability: float, named: int) -> JudgedPair:
        a, b = (self.readings[i] for i in pair)
        evidence = self.evidence(pair)
        probability, relation = name_relation(
            a, b, evidence, probability, RELATIONS[named] if probability >= NAMED_FROM else "paraphrase"
        )
        share_a, share_b = shares(evidence, relation)
        return JudgedPair(probability=probability, relation=relation, share_a=share_a, share_b=share_b,
                          a_is_inner=evidence.a_is_inner, evidence=evidence,
                          reasons=reasons(evidence, relation))  # fmt: skip

    def find(self) -> Found:
        """Every pair that is judged a copy, as `tests.benchmarks.dedupe` finds them."""
        found: dict[Pair, JudgedPair] = {}
        seen: set[Pair] = set()
        todo = list(self.proposed)
        while todo:
            seen.update(todo)
            found.update((p, j) for p, j in self.judge(todo).items() if j.probability >= CopyRules().threshold)
            todo = sorted(transitive(found) - seen)
        self.positions = list(found)
        named = {(self.readings[i].article_id, self.readings[j].article_id): pair for (i, j), pair in found.items()}
        return in_company(named)


def wrong_ones(folder: Path, found: Found) -> list[str]:
    """A line for each pair whose relation, direction or detection is wrong."""
    gold = {(p["a"], p["b"]): p for p in read_rows(folder / "pairs.jsonl")}
    clusters = {c["id"]: c for c in read_rows(folder / "clusters.jsonl")}
    member = {i: {c["cluster"], *c.get("also", [])} for i, c in clusters.items()}
    said = {tuple(sorted((p["a"], p["b"]))): p for p in listed(found)}
    judged = {tuple(sorted(key)): pair for key, pair in found.items()}
    lines = []
    for (a, b), pair in gold.items():
        guess = said.pop(tuple(sorted((a, b))), None)
        name = guess["relation"] if guess else "none"
        turned = name == pair["relation"] == "contained-in" and guess is not None and guess["a"] != a
        if name != pair["relation"] or turned:
            how = judged.get(tuple(sorted((a, b))))
            sure = f"{how.probability:.2f}" if how else "-"
            lines.append(f"{pair['kind']:<24} {a} {b} {pair['relation']} -> {name}{' TURNED' if turned else ''} {sure}")
    for key, guess in said.items():
        a, b = key
        if not member[a] & member[b]:
            sure = f"{judged[key].probability:.2f}"
            lines.append(f"{'unlisted':<24} {a} {b} none -> {guess['relation']} {sure} "
                         f"multi {clusters[a]['multi']} {clusters[b]['multi']}")  # fmt: skip
    return sorted(lines)


def main() -> None:
    """Fits, judges, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--wrong", action="store_true")
    args = parser.parse_args()
    folder = args.shared / "data" / "dedupe"
    made, templates, held = made_sets(args.shared, args.cache)
    crossed = Crossed(folder, join([*made, templates]))
    found = crossed.find()
    (args.cache / "crossed.pkl").write_bytes(pickle.dumps({k: (p.probability, p.relation) for k, p in found.items()}))
    figures = score(folder, listed(found))
    assert figures is not None
    if args.wrong:
        print("\n".join(wrong_ones(folder, found)))
    for kind, (n, of_found, right) in figures["kinds"].items():
        print(f"  {kind:<26} {n:>5} pairs, found {of_found:.3f}, relation right {right:.3f}")
    print(f"  templates held out: called copies {called(crossed, held)} of {len(held.rows)}")
    print("  relations said:", dict(Counter(p.relation for p in found.values())))
    print(line("cross-validated", figures, 0.0))


def called(crossed: Crossed, held: Examples) -> int:
    """How many of the held-out examples the judges of the first parts call copies."""
    return int((crossed.whether(0, 0).predict_proba(held.rows)[:, 1] >= CopyRules().threshold).sum())


if __name__ == "__main__":
    main()
