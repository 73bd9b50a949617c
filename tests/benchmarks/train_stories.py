"""Trains what the stories stage ships: the term prior and the two looks at a pair.

    python -m tests.benchmarks.train_stories --data DIR --out FOLDER [--held-out DIR2]

Trained on `allsides`, `allsides21`, `basil` and `ecbplus` of the shared stories data, and only in part. Split by time
and story: of allsides and allsides21 the last quarter by date is held out, with every story that reaches into it; of
ecbplus every fourth topic is. basil is trained on whole. `--held-out` writes the held-out articles as files that
`tests.benchmarks.stories` reads. The prior counts words (no labels) of the training part and of every second article
of t17. `wide` is ecbplus once more, its reports given invented dates: a dozen outlets report an event over four days
while others run, which the other sets (three reports a story, or no dates) do not have. The second look is trained on
out-of-fold first looks (five folds by time, by topic for ecbplus and `wide`).
Writes `english_terms.npz` and `models.npz`, and prints their sha256 for `background.py` and `trees.py`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from warehouse.stories.background import Background, Floats
from warehouse.stories.cluster import group_articles
from warehouse.stories.context import CONTEXT_FEATURES, PLAUSIBLE, context_features
from warehouse.stories.pairs import FEATURES, Pairs, Subject, compare
from warehouse.stories.terms import Terms, parse_terms
from warehouse.stories.trees import Model, model_from

Row = dict[str, Any]
Arrays = dict[str, NDArray[np.generic]]

SETS = {"allsides": 1.0, "allsides21": 1.0, "basil": 1.0, "ecbplus": 0.5, "wide": 0.2}
BY_TOPIC = ("ecbplus", "wide")
FOLDS = 5
WINDOW_DAYS = 10.0
LINK = 0.45

# Fits the first look on the sets without some folds.
Fit = Callable[[dict[str, list["Night"]], Collection[int]], Arrays]


@dataclass(slots=True)
class Night:
    """A night of a training set: places of its articles and of the window's, the pairs, and what they are.

    `fold` is that of the pair's article of tonight. `bound` has a bit for each fold that must not be tested with a
    model that was trained on the pair.
    """

    tonight: list[int]
    window: list[int]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    features: NDArray[np.float32]
    same: NDArray[np.int64]
    fold: NDArray[np.int64]
    bound: NDArray[np.int64]
    first: Floats = field(default_factory=lambda: np.zeros(0, np.float32))
    chosen: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    context: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))


def divide(name: str, rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Training part and held-out part, no story in both."""
    if name == "basil":
        return list(rows), []
    if name == "ecbplus":
        topics = sorted({r["storyline"] for r in rows})
        late = {r["story"] for r in rows if topics.index(r["storyline"]) % 4 == 3}
    else:
        late = {r["story"] for r in rows[len(rows) * 3 // 4 :]}
    return [r for r in rows if r["story"] not in late], [r for r in rows if r["story"] in late]


def spread_out(rows: Sequence[Row]) -> list[Row]:
    """ecbplus with invented dates, in order of them: most reports of an event on its first day, the last on the fourth;
    the two events of a topic begin two days apart."""
    sizes = Counter(r["story"] for r in rows)
    topics = sorted({r["storyline"] for r in rows})
    stories = sorted(sizes)
    told: Counter[str] = Counter()
    dated = []
    for row in rows:
        story = row["story"]
        begin = topics.index(row["storyline"]) * 5 % 90 + 2 * (stories.index(story) % 2)
        day = begin + int(4 * (told[story] / sizes[story]) ** 2)
        told[story] += 1
        dated.append({**row, "published": (date(2030, 1, 1) + timedelta(days=day)).isoformat()})
    return sorted(dated, key=lambda r: str(r["published"]))


def count_terms(documents: Sequence[Terms], *, least: int = 3) -> Background:
    """Document counts of the terms that occur in at least `least` documents."""
    counts: Counter[int] = Counter()
    for terms in documents:
        every = np.concatenate([terms.ids_of(f) for f in ("body", "names", "bigrams", "numbers")])
        counts.update(np.unique(every).tolist())
    kept = sorted((term, n) for term, n in counts.items() if n >= least)
    return Background(
        ids=np.array([t for t, _ in kept], np.uint32), counts=np.array([n for _, n in kept], np.float32),
        documents=float(len(documents)),
    )  # fmt: skip


def prior_without(name: str, terms: Mapping[str, Sequence[Terms]]) -> Background:
    """What a set is trained and crossed with, which does not count its own words: at work the prior has not seen
    tonight's either."""
    same = BY_TOPIC if name in BY_TOPIC else (name,)
    return count_terms([t for other, some in terms.items() if other not in (*same, "wide") for t in some])


def _day(row: Row) -> int:
    return date.fromisoformat(row["published"][:10]).toordinal() if row.get("published") else 0


def nights_of(
    rows: Sequence[Row], terms: Sequence[Terms], folds: Sequence[int], background: Background,
    bounds: Sequence[int] | None = None,
) -> list[Night]:  # fmt: skip
    """Every night with its window's pairs, as the nightly run would see them.

    `bounds` are the folds that an article belongs to, as bits; its own alone where it is not given.
    """
    bits = np.array([1 << fold for fold in folds] if bounds is None else bounds, dtype=np.int64)
    by_day: dict[int, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        by_day[_day(row)].append(place)
    nights = []
    for today in sorted(by_day):
        window = [p for d in sorted(by_day) if today - WINDOW_DAYS <= d < today for p in by_day[d]]
        every = by_day[today] + window
        subjects = [
            Subject(terms[p], rows[p].get("source") or rows[p]["id"], float(_day(rows[p])) or None, "en") for p in every
        ]
        r, c, features = compare(subjects, len(by_day[today]), background=background, window_days=WINDOW_DAYS)
        story = [rows[p]["story"] for p in every]
        same = np.array([story[a] == story[b] for a, b in zip(r, c, strict=True)], dtype=np.int64)
        fold = np.array([folds[p] for p in every])
        bound = bits[every]
        nights.append(Night(by_day[today], window, r, c, features, same, fold[r], bound[r] | bound[c]))
    return nights


def fit(features: NDArray[np.float32], same: NDArray[np.int64], weights: Floats) -> Arrays:
    """Two boosted forests and a logistic regression, as arrays."""
    scaler = StandardScaler()
    line = LogisticRegression(C=1.0, max_iter=3000)
    line.fit(scaler.fit_transform(features), same, sample_weight=weights)
    columns: dict[str, list[NDArray[np.generic]]] = defaultdict(list)
    roots: list[int] = []
    owner: list[int] = []
    baselines: list[float] = []
    offset = depth = 0
    for number, leaves in enumerate((12, 8)):
        forest = HistGradientBoostingClassifier(
            max_iter=150, learning_rate=0.06, max_leaf_nodes=leaves, max_depth=6, min_samples_leaf=20,
            l2_regularization=2.0, random_state=number,
        )  # fmt: skip
        forest.fit(features, same, sample_weight=weights)
        baselines.append(float(np.ravel(forest._baseline_prediction)[0]))
        for (predictor,) in forest._predictors:
            nodes = predictor.nodes
            leaf = nodes["is_leaf"].astype(bool)
            columns["feature"].append(np.where(leaf, 0, nodes["feature_idx"]).astype(np.int16))
            columns["threshold"].append(np.where(leaf, 0, nodes["num_threshold"]).astype(np.float32))
            columns["left"].append(np.where(leaf, -1, nodes["left"].astype(np.int64) + offset).astype(np.int32))
            columns["right"].append(np.where(leaf, -1, nodes["right"].astype(np.int64) + offset).astype(np.int32))
            columns["value"].append(nodes["value"].astype(np.float32))
            roots.append(offset)
            owner.append(number)
            offset += len(nodes)
            depth = max(depth, int(nodes["depth"].max()))
    arrays: Arrays = {key: np.concatenate(parts) for key, parts in columns.items()}
    return arrays | {
        "roots": np.array(roots, np.int32), "tree_forest": np.array(owner, np.int16),
        "baselines": np.array(baselines, np.float32), "depth": np.array(depth),
        "mean": scaler.mean_.astype(np.float32), "scale": scaler.scale_.astype(np.float32),
        "weights": line.coef_[0].astype(np.float32), "bias": np.array(float(line.intercept_[0])),
    }  # fmt: skip


def bits_of(folds: Collection[int]) -> int:
    """Some folds as bits."""
    return sum(1 << fold for fold in set(folds))


def fit_first(sets: dict[str, list[Night]], without: Collection[int] = ()) -> Arrays:
    """The first look, trained on all folds but some."""
    features, same, weights = [], [], []
    for name, nights in sets.items():
        for night in nights:
            kept = (night.bound & bits_of(without)) == 0
            features.append(night.features[kept])
            same.append(night.same[kept])
            weights.append(np.full(int(kept.sum()), SETS[name], np.float32))
    return fit(np.concatenate(features), np.concatenate(same), np.concatenate(weights))


def look_once(
    sets: dict[str, list[Night]], sites: dict[str, list[str]], without: Collection[int] = (), fit: Fit = fit_first,
    folds: int = FOLDS,
) -> None:  # fmt: skip
    """Gives every night its out-of-fold first look, and the context of its plausible pairs in a run over the nights.

    No model that is fitted for it was trained on a fold of `without`.
    """
    models = [model_named("m", fit(sets, {fold, *without})) for fold in range(folds)]
    for name, nights in sets.items():
        story: dict[int, str] = {}
        for night in nights:
            night.first = np.zeros(len(night.rows), np.float32)
            for fold, model in enumerate(models):
                night.first[night.fold == fold] = model.probability(night.features[night.fold == fold])
            known = sorted({story[p] for p in night.window})
            held = [known.index(story[p]) for p in night.window]
            chosen = np.flatnonzero(night.first >= PLAUSIBLE)
            night.chosen = chosen
            own_sites = [sites[name][p] for p in night.tonight + night.window]
            night.context = context_features(
                night.rows[chosen], night.columns[chosen], night.first[chosen], len(night.tonight), held, own_sites
            )
            pairs = Pairs(night.rows, night.columns, night.first, night.first)
            grouping = group_articles(pairs, len(night.tonight), held, threshold=LINK)
            for place, label in zip(night.tonight, grouping.group.tolist(), strict=True):
                founder = f"{night.tonight[0]}/{label}"
                story[place] = known[grouping.story_of[label]] if label in grouping.story_of else founder


def model_named(name: str, arrays: Arrays) -> Model:
    """The model of some arrays."""
    return model_from({f"{name}/{key}": value for key, value in arrays.items()}, name)


def fit_second(sets: dict[str, list[Night]], without: Collection[int] = ()) -> Arrays:
    """The second look, on features, first look and context of the plausible pairs of all folds but some."""
    features, same, weights = [], [], []
    for name, nights in sets.items():
        for night in nights:
            kept = (night.bound[night.chosen] & bits_of(without)) == 0
            chosen = night.chosen[kept]
            features.append(np.concatenate([night.features[chosen], night.context[kept]], axis=1))
            same.append(night.same[chosen])
            weights.append(np.full(len(chosen), SETS[name], np.float32))
    return fit(np.concatenate(features), np.concatenate(same), np.concatenate(weights))


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0; a missing file raises."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.train_stories")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--held-out", type=Path)
    options = parser.parse_args(arguments)
    rows: dict[str, list[Row]] = {}
    for name in (*SETS, "t17"):
        file = "ecbplus" if name == "wide" else name
        every = [json.loads(line) for line in (options.data / f"{file}.jsonl").open(encoding="utf-8")]
        rows[name], held = divide(file, every) if name in SETS else (every[::2], [])
        if name == "wide":
            rows[name], held = spread_out(rows[name]), spread_out(held)
        if options.held_out and held:
            options.held_out.mkdir(parents=True, exist_ok=True)
            text = "".join(json.dumps(row) + "\n" for row in held)
            (options.held_out / f"{name}.jsonl").write_text(text, encoding="utf-8")
    terms = {name: [parse_terms(r["title"], r["text"], "en") for r in some] for name, some in rows.items()}
    sets: dict[str, list[Night]] = {}
    for name in SETS:
        prior = prior_without(name, terms)
        topics = sorted({str(r["storyline"]) for r in rows[name]}) if name in BY_TOPIC else []
        folds = [
            topics.index(r["storyline"]) % FOLDS if topics else place * FOLDS // len(rows[name])
            for place, r in enumerate(rows[name])
        ]
        sets[name] = nights_of(rows[name], terms[name], folds, prior)
    look_once(sets, {name: [r.get("source") or r["id"] for r in rows[name]] for name in SETS})
    first, second = fit_first(sets), fit_second(sets)
    prior = count_terms([t for name, some in terms.items() if name != "wide" for t in some])
    note = {
        "trained_on": {name: len(rows[name]) for name in rows}, "split": "by time and story, ecbplus by topic",
        "features": FEATURES, "context_features": CONTEXT_FEATURES,
    }  # fmt: skip
    arrays: Arrays = {f"first/{k}": v for k, v in first.items()} | {f"second/{k}": v for k, v in second.items()}
    arrays["note"] = np.array(json.dumps(note))
    options.out.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(options.out / "models.npz", **arrays)  # type: ignore[arg-type]
    np.savez_compressed(
        options.out / "english_terms.npz", ids=prior.ids, counts=np.minimum(prior.counts, 65535).astype(np.uint16),
        documents=np.array(prior.documents),
    )  # fmt: skip
    for file in ("english_terms.npz", "models.npz"):
        data = (options.out / file).read_bytes()
        print(f"{file}: {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
