"""Trains the two judges of copy detection and writes `warehouse/dedupe/judges.npz` with its checksum.

    python -m tests.benchmarks.train_copies --shared DIR --cache DIR [--report | --write]

What they learn from: the labelled pairs of `DIR/data/dedupe` and all pairs that the index proposes there (unlisted
pairs of two clusters are no copies); pairs made by `copy_sets` from real news of `DIR/data/stories`, from the posts of
`data/dedupe` (rewordings, reuse, background quoted, other facts), by `copy_reuse` from that news (reuse and its near
misses, made by other rules), and from invented templates; pairs of reports on one event from different outlets
(those that share much wording are left out, since some are true wire copies). Nothing else; no set that a figure is
reported on was trained on.

`--report` prints cross-validated figures: `data/dedupe` in five parts by cluster (a pair with clusters in two parts
belongs to neither's training); templates of `HELD_OUT` never trained. `--write` trains on everything and ships it; for
kinds that were held out see `copy_kinds`. Needs scikit-learn; the shipped judges are evaluated by numpy alone.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import pickle
import random
import zlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from tests.benchmarks.copy_reuse import make_reuse
from tests.benchmarks.copy_sets import Pair, make_pairs
from tests.benchmarks.copy_templates import HELD_OUT, TEMPLATES, fill
from tests.benchmarks.dedupe import candidate_pairs, read_rows, reading_of
from warehouse.dedupe.boilerplate import find_boilerplate, keep_words
from warehouse.dedupe.features import INDEX, NAMES, weigh_pair
from warehouse.dedupe.pairs import RELATIONS
from warehouse.dedupe.reading import read_text
from warehouse.dedupe.rules import CopyRules

Array = np.ndarray
RISING: Final = (
    "shingles_in", "shingles_out", "verbatim_in", "verbatim_out", "stems_in", "stems_out", "stem_cosine",
    "gram_cosine", "rare_in", "rare_out", "align_in", "align_out", "half_in", "half_out", "strong_in", "strong_out",
    "mutual", "numbers_in", "numbers_out", "names_in", "names_out", "facts_aligned", "numbers_shared", "names_shared",
    "single_mean", "title", "topics_in", "topics_out", "spread_in", "spread_out", "rest_in", "rest_out",
)  # fmt: skip
FALLING: Final = ("number_conflict", "name_conflict", "slots", "slot_share")
FOLDS: Final = 5
FREE: Final = ("translations", "rewritten", "light reuse", "heavy reuse", "same topic", "background", "other facts",
               "dense copy", "template copy", "excerpts", "series")  # fmt: skip
MORE: Final = ("mixed reuse",)
UNLISTED: Final = 2.0  # weight of proposed pairs of two clusters: the only near misses that nobody made
NEAR_MISSES: Final = {"background": 2.0, "background retold": 2.0, "mentioned": 2.0}  # weigh more than other pairs


@dataclass(frozen=True, kw_only=True)
class Examples:
    """Rows of features with labels. `relation` is -1 where it is not labelled; `fold` is -1 for training only."""

    rows: Array
    copy: Array
    relation: Array
    kind: Array
    fold: Array
    weight: Array
    keys: tuple[tuple[str, str], ...]

    def part(self, mask: Array) -> Examples:
        """The rows of a mask."""
        keys = tuple(k for k, m in zip(self.keys, mask, strict=True) if m)
        return Examples(rows=self.rows[mask], copy=self.copy[mask], relation=self.relation[mask], kind=self.kind[mask],
                        fold=self.fold[mask], weight=self.weight[mask], keys=keys)  # fmt: skip


def join(sets: list[Examples]) -> Examples:
    """All rows of several sets."""
    names = ("rows", "copy", "relation", "kind", "fold", "weight")
    columns: dict[str, Any] = {name: np.concatenate([getattr(s, name) for s in sets]) for name in names}
    return Examples(keys=tuple(k for s in sets for k in s.keys), **columns)


def dedupe_examples(folder: Path) -> Examples:
    """Listed pairs, and proposed pairs of two clusters as negatives, with a fold by cluster."""
    readings = [reading_of(row) for row in read_rows(folder / "articles.jsonl")]
    at = {r.article_id: i for i, r in enumerate(readings)}
    furniture = find_boilerplate(readings)
    keeps = [keep_words(r, furniture) for r in readings]
    clusters = {c["id"]: c for c in read_rows(folder / "clusters.jsonl")}
    member = {i: {c["cluster"], *c.get("also", [])} for i, c in clusters.items()}
    listed = {tuple(sorted((p["a"], p["b"]))): p for p in read_rows(folder / "pairs.jsonl")}
    wanted: dict[tuple[str, str], tuple[str, str]] = {}
    for key, pair in listed.items():
        wanted[(key[0], key[1])] = (pair["relation"], pair["kind"])
    for i, j in sorted(candidate_pairs(readings, CopyRules())):
        a, b = sorted((readings[i].article_id, readings[j].article_id))
        if (a, b) not in wanted and not member[a] & member[b]:
            wanted[(a, b)] = ("none", "unlisted")
    rows = [weigh_pair(readings[at[a]], readings[at[b]], keeps[at[a]], keeps[at[b]]).values for a, b in wanted]
    folds = []
    for a, b in wanted:
        of_a, of_b = (zlib.crc32(clusters[x]["cluster"].encode()) % FOLDS for x in (a, b))
        folds.append(of_a if of_a == of_b or wanted[(a, b)][0] != "none" else -2 - min(of_a, of_b))
    labels = list(wanted.values())
    return Examples(
        rows=np.array(rows, dtype=np.float32), copy=np.array([r != "none" for r, _ in labels]),
        relation=np.array([RELATIONS.index(r) if r in RELATIONS else -1 for r, _ in labels]),
        kind=np.array([k for _, k in labels]), fold=np.array(folds),
        weight=np.array([UNLISTED if k == "unlisted" else 1.0 for _, k in labels]), keys=tuple(wanted),
    )  # fmt: skip


def news(folder: Path, seed: int, *, sagas: int = 250, events: int = 700) -> list[tuple[str, str, str]]:
    """(title, text, topic) of real reports: several outlets on one event, and reports of sagas."""
    rng = random.Random(seed)
    groups: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for name in ("allsides", "basil", "allsides21"):
        for row in read_rows(folder / f"{name}.jsonl"):
            if 120 < len(row["text"].split()) < 1200:
                groups[row["story"]].append((row["title"], row["text"], row["story"]))
    several = [g for g in groups.values() if len(g) > 1]
    rng.shuffle(several)
    saga = [(r["title"][:90], r["text"], r.get("storyline") or r["story"]) for r in read_rows(folder / "t17.jsonl")
            if 150 < len(r["text"].split()) < 1200]  # fmt: skip
    return [a for g in several for a in g][:events] + rng.sample(saga, sagas)


def posts(folder: Path) -> list[tuple[str, str, str]]:
    """(title, text, topic) of the posts that the copies of `data/dedupe` were made from: no news, few names.

    Pairs made from them train the shipped judges only; the cross-validated figures are without them.
    """
    rows = {r["id"]: r for r in read_rows(folder / "articles.jsonl")}
    clusters = {c["id"]: c["cluster"] for c in read_rows(folder / "clusters.jsonl")}
    pairs = read_rows(folder / "pairs.jsonl")
    base = {clusters[p["a"]]: p["a"] for p in pairs if p["kind"] in ("exact", "ocr", "spin_light", "update")}
    series: dict[str, str] = {}
    for pair in pairs:
        if pair["kind"] == "same_topic_or_series":
            a, b = clusters[pair["a"]], clusters[pair["b"]]
            series[b] = series.setdefault(a, a)
            base.setdefault(a, pair["a"])
            base.setdefault(b, pair["b"])
    return [(rows[i]["title"], rows[i]["text"], series.get(c, c)) for c, i in sorted(base.items())]


def made_examples(pairs: list[Pair], weight: float) -> Examples:
    """Features of made pairs. Reports of one event that share much wording are left out: they may be wire copies."""
    rows, kept = [], []
    for pair in pairs:
        a, b = (read_text(text, title=title) for title, text in (pair.a, pair.b))
        values = weigh_pair(a, b).values
        if pair.kind == "same topic" and (values[INDEX["verbatim_in"]] > 0.25 or values[INDEX["half_in"]] > 0.45):
            continue
        if pair.kind == "series" and values[INDEX["verbatim_in"]] > 0.5:
            continue  # more than half of one stands in the other: call it what you like
        rows.append(values)
        kept.append(pair)
    return Examples(
        rows=np.array(rows, dtype=np.float32), copy=np.array([p.copy for p in kept]),
        relation=np.array([RELATIONS.index(p.relation) if p.relation else -1 for p in kept]),
        kind=np.array([p.kind for p in kept]), fold=np.full(len(kept), -1), weight=np.full(len(kept), weight),
        keys=tuple(("", "") for _ in kept),
    )  # fmt: skip


def blur_titles(examples: Examples, seed: int) -> Examples:
    """Made pairs with the title's agreement unknown in every fifth, so that a missing title decides nothing."""
    rows = examples.rows.copy()
    rng = np.random.default_rng(seed)
    rows[rng.random(len(rows)) < 0.2, INDEX["title"]] = 0.3
    return Examples(rows=rows, copy=examples.copy, relation=examples.relation, kind=examples.kind, fold=examples.fold,
                    weight=examples.weight, keys=examples.keys)  # fmt: skip


def weigh_misses(examples: Examples) -> Examples:
    """Made pairs with the near misses of reuse counting more: they are fewer, and a false alarm is the worse fault."""
    weight = examples.weight.copy()
    for kind, factor in NEAR_MISSES.items():
        weight[examples.kind == kind] *= factor
    return Examples(rows=examples.rows, copy=examples.copy, relation=examples.relation, kind=examples.kind,
                    fold=examples.fold, weight=weight, keys=examples.keys)  # fmt: skip


def template_examples(names: list[str], seed: int, each: int, weight: float) -> Examples:
    """Pairs of reports of one template."""
    rng = random.Random(seed)
    pairs = [Pair(kind=f"template {n}", copy=False, relation=None, a=fill(n, rng), b=fill(n, rng))
             for n in names for _ in range(each)]  # fmt: skip
    return made_examples(pairs, weight)


def fit_whether(e: Examples, seed: int = 0) -> HistGradientBoostingClassifier:
    """Whether a pair is a copy: boosted trees that rise with agreement and fall with contradiction."""
    direction = [1 if n in RISING else -1 if n in FALLING else 0 for n in NAMES]
    model = HistGradientBoostingClassifier(
        max_iter=160, learning_rate=0.08, max_leaf_nodes=12, min_samples_leaf=15, l2_regularization=2.0,
        monotonic_cst=direction, random_state=seed,
    )  # fmt: skip
    return model.fit(e.rows, e.copy, sample_weight=e.weight)


def fit_how(e: Examples, seed: int = 0) -> HistGradientBoostingClassifier:
    """Which relation a copy has."""
    e = e.part(e.relation >= 0)
    model = HistGradientBoostingClassifier(
        max_iter=90, learning_rate=0.08, max_leaf_nodes=10, min_samples_leaf=8, l2_regularization=1.0, random_state=seed
    )
    return model.fit(e.rows, e.relation, sample_weight=e.weight)


def exported(model: HistGradientBoostingClassifier, prefix: str) -> dict[str, Array]:
    """The trees as arrays that `warehouse.dedupe.trees` reads."""
    trees = [tree for rounds in model._predictors for tree in rounds]
    shape = (len(trees), max(len(t.nodes) for t in trees))
    feature, left, right = (np.zeros(shape, dtype=np.int16) for _ in range(3))
    threshold, value = np.full(shape, np.inf, dtype=np.float32), np.zeros(shape, dtype=np.float32)
    depth = 0
    for i, tree in enumerate(trees):
        for j, node in enumerate(tree.nodes):
            depth = max(depth, int(node["depth"]))
            if node["is_leaf"]:
                left[i, j] = right[i, j] = j
                value[i, j] = node["value"]
            else:
                feature[i, j], threshold[i, j] = node["feature_idx"], node["num_threshold"]
                left[i, j], right[i, j] = node["left"], node["right"]
    baseline = np.ravel(model._baseline_prediction).astype(np.float32)
    names = ("feature", "threshold", "left", "right", "value", "baseline", "depth")
    arrays: tuple[Array, ...] = (feature, threshold, left, right, value, baseline, np.array(depth))
    return {f"{prefix}_{name}": array for name, array in zip(names, arrays, strict=True)}


def cached(path: Path, make: Any) -> Any:
    """What `make` gives, kept in a file between runs."""
    if path.exists():
        return pickle.loads(path.read_bytes())
    made = make()
    path.write_bytes(pickle.dumps(made))
    return made


def report(labelled: Examples, made: list[Examples], probes: dict[str, Examples]) -> None:
    """Cross-validated figures on `data/dedupe`, and what the probes (never trained on) give."""
    extra = join(made)
    probability = np.zeros(len(labelled.rows))
    how = np.full(len(labelled.rows), -1)
    probe_rates: dict[str, list[float]] = defaultdict(list)
    for fold in range(FOLDS):
        held = (labelled.fold == fold) | (labelled.fold == -2 - fold)
        train = join([labelled.part(~held), extra])
        whether, which = fit_whether(train), fit_how(train)
        probability[held] = whether.predict_proba(labelled.rows[held])[:, 1]
        how[held] = which.predict(labelled.rows[held])
        for name, probe in probes.items():
            probe_rates[name].append(float((whether.predict_proba(probe.rows)[:, 1] >= 0.5).mean()))
    said = probability >= 0.5
    tp, fp, fn = (said & labelled.copy).sum(), (said & ~labelled.copy).sum(), (~said & labelled.copy).sum()
    print(f"dedupe, by cluster: F1 {2 * tp / (2 * tp + fp + fn):.4f} fp {fp} fn {fn}")
    print("  wrong:", dict(Counter(labelled.kind[said != labelled.copy]).most_common(12)))
    scores = []
    for i, name in enumerate(RELATIONS):
        truth, guess = labelled.relation == i, said & (how == i)
        scores.append(2 * (truth & guess).sum() / max(1, truth.sum() + guess.sum()))
        print(f"  {name}: F1 {scores[-1]:.4f}")
    print(f"  relation macro-F1 {np.mean(scores):.4f}")
    wrong = labelled.copy & said & (how != labelled.relation)
    mistaken = Counter((str(k), RELATIONS[h]) for k, h in zip(labelled.kind[wrong], how[wrong], strict=True))
    print("  mistaken for:", mistaken.most_common(12))
    apart = fit_whether(extra)
    said = apart.predict_proba(labelled.rows)[:, 1] >= 0.5
    tp, fp, fn = (said & labelled.copy).sum(), (said & ~labelled.copy).sum(), (~said & labelled.copy).sum()
    print(f"dedupe, judges that saw made pairs only: F1 {2 * tp / (2 * tp + fp + fn):.4f} fp {fp} fn {fn}")
    print("  wrong:", Counter(str(k) for k in labelled.kind[said != labelled.copy]).most_common(9))
    for threshold in (0.3, 0.4, 0.6, 0.7):
        s = probability >= threshold
        t, f, n = (s & labelled.copy).sum(), (s & ~labelled.copy).sum(), (~s & labelled.copy).sum()
        print(f"  at {threshold}: F1 {2 * t / (2 * t + f + n):.4f} fp {f} fn {n}")
    for name, rates in probe_rates.items():
        print(f"probe {name}: called copies {np.mean(rates):.4f} of {len(probes[name].rows)}")






def made_sets(shared: Path, cache: Path) -> tuple[list[Examples], Examples, Examples]:
    """Pairs made from news, pairs of one template, and pairs of the templates that are held out."""
    stories = shared / "data" / "stories"
    seen = [n for n in TEMPLATES if n not in HELD_OUT]
    made = [
        cached(cache / f"made{seed}{'' if kinds is FREE else 'more'}.pkl",
               lambda seed=seed, kinds=kinds: blur_titles(made_examples(
                   make_pairs(news(stories, seed), random.Random(seed), kinds=kinds), 0.6), seed))
        for seed in (1, 2) for kinds in (FREE, MORE)
    ]  # fmt: skip
    made += [
        cached(cache / f"reuse{seed}.pkl",
               lambda seed=seed: blur_titles(made_examples(
                   make_reuse(news(stories, seed), random.Random(seed)), 0.6), seed))
        for seed in (1, 2)
    ]  # fmt: skip
    made = [weigh_misses(m) for m in made]
    trained_templates = cached(cache / "templates.pkl", lambda: template_examples(seen, 5, 60, 0.4))
    held_templates = cached(cache / "held.pkl", lambda: template_examples(sorted(HELD_OUT), 6, 100, 0.4))
    return made, trained_templates, held_templates


def main() -> None:
    """Builds or loads the examples, then reports or writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--report", action="store_true")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    dedupe = args.shared / "data" / "dedupe"
    labelled = cached(args.cache / "labelled.pkl", lambda: dedupe_examples(dedupe))
    made, trained_templates, held_templates = made_sets(args.shared, args.cache)
    if args.report:
        report(labelled, [*made, trained_templates], {"held-out templates (should be 0)": held_templates})
    if args.write:
        explaining = [
            cached(args.cache / f"posts{seed}.pkl",
                   lambda seed=seed: blur_titles(made_examples(
                       make_pairs(posts(dedupe), random.Random(seed), kinds=(*FREE, *MORE)), 0.4), seed))
            for seed in (11, 12)
        ]  # fmt: skip
        explaining = [weigh_misses(m) for m in explaining]
        everything = join([labelled, *made, *explaining, trained_templates, held_templates])
        write(everything)


def write(everything: Examples) -> None:
    """Trains on all examples and writes the judges beside the code that reads them."""
    path = Path(__file__).parents[2] / "warehouse" / "dedupe" / "judges.npz"
    about = {
        "trained_on": "data/dedupe pairs (listed, and proposed pairs of two clusters); pairs made by copy_sets from "
        "data/stories and from the posts of data/dedupe, and by copy_reuse from data/stories; invented templates",
        "examples": dict(Counter(str(k).split(" ")[0] if str(k).startswith("template ") else str(k)
                                 for k in everything.kind)),
        "features": list(NAMES),
    }  # fmt: skip
    arrays = exported(fit_whether(everything), "whether") | exported(fit_how(everything), "how")
    arrays["about"] = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
    np.savez_compressed(path, allow_pickle=False, **arrays)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_name("judges.npz.sha256").write_text(f"{digest}  judges.npz\n", encoding="ascii")
    print(f"wrote {path.name}: {path.stat().st_size} bytes, {len(everything.rows)} examples")


if __name__ == "__main__":
    main()
