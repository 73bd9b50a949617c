"""Stories cross-validated: every night judged by models that saw none of its stories, through the real stage.

    python -m tests.benchmarks.stories_crossed --data DIR [--folds 5] [--only allsides ...] [--cache DIR2]
        [--out FILE] [--against FILE2] [--shipped-turns]

Sets: `allsides`, `allsides21`, `wide` (ecbplus given dates), `ecbplus`, and `background`: allsides with unlabelled
reports between, of t17 (every sixth; the prior counts others) given dates at random, and `tech_unlabelled`. A set is
streamed whole, day by day, into one warehouse in memory; each pair is judged by the models without the fold of
tonight's report of the two (`stories_folds` says what that is), and with a term prior that does not count the set. What
belongs to no fold is judged by the models of the night's. The score of turns is fitted without the fold too, on the
sagas of `tests/sagas` that it is always fitted on and on allsides told once before (`--shipped-turns`: the shipped one,
which knows the first three quarters of allsides). Settings that were chosen with these sets in view (`StoryRules`, the
recipe) stay as they are: what they flatter is not taken out.

`--out` writes the predictions; `--against` tells the differences to an earlier such file, in pairs, with
intervals by drawing stories. Fits are kept in `--cache` under the checksum of what went into them.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import numpy as np

from tests.benchmarks.stories import Prediction, predict
from tests.benchmarks.stories_draws import Drawn, differences, draw_figures, intervals
from tests.benchmarks.stories_folds import FoldedSet, FoldModels, read_sets
from tests.benchmarks.stories_score import score_clusters
from tests.benchmarks.train_turns import KEPT_AS_TEST, WEIGHT, Examples, examples, fit_turns
from warehouse.stories import StoryRules, context
from warehouse.stories.pairs import Pairs, Subject
from warehouse.stories.telling import Telling
from warehouse.stories.terms import parse_terms
from warehouse.stories.trees import Model
from warehouse.stories.turns import TurnModel, load_turn_model

Row = dict[str, Any]
LooksByFold = Sequence[Mapping[str, Model]]

SETS = ("allsides", "allsides21", "wide", "ecbplus", "background")
FIGURES = ("bcubed", "pairwise", "alert_once", "exactly_once", "c_min")
SAGAS = Path(__file__).resolve().parent.parent / "sagas"


@dataclass(slots=True)
class Stream:
    """A set as it is streamed: rows in order of date, the fold of each row that belongs to one, labels."""

    rows: list[Row]
    folds: dict[str, int]
    bounds: dict[str, int]
    prior: Any
    labels: list[Row] = field(default_factory=list)


def stream_of(name: str, sets: Mapping[str, FoldedSet], data: Path) -> Stream:
    """The stream of a set."""
    some = sets["allsides" if name == "background" else name]
    ids = [row["id"] for row in some.rows]
    labels = [{"id": row["id"], "story": row["story"]} for row in some.rows]
    rows = [{k: row.get(k) for k in ("id", "published", "source", "lang", "title", "text", "url")} for row in some.rows]
    if name == "background":
        rows = sorted(rows + background_rows(data, some.rows), key=lambda row: str(row["published"]))
    return Stream(rows, dict(zip(ids, some.folds, strict=True)), dict(zip(ids, some.bounds, strict=True)), some.prior,
                  labels)  # fmt: skip


def background_rows(data: Path, among: Sequence[Row]) -> list[Row]:
    """Reports of no labelled story, on the days of a set."""
    random = Random(7)
    days = sorted({row["published"][:10] for row in among})
    t17 = [json.loads(line) for line in (data / "t17.jsonl").read_text(encoding="utf-8").splitlines()][1::6]
    rows = [{**row, "published": random.choice(days)} for row in t17]
    others = [json.loads(line) for line in (data / "tech_unlabelled.jsonl").read_text(encoding="utf-8").splitlines()]
    rows += [row for row in others if days[0] <= row["published"][:10] <= days[-1]]
    return [{k: row.get(k) for k in ("id", "published", "source", "lang", "title", "text", "url")} for row in rows]


@contextmanager
def judged_apart(stream: Stream, looks: LooksByFold, turns: Sequence[TurnModel]) -> Iterator[None]:
    """Within, the stage judges by the models of the folds; the models and the prior that are shipped are not used."""
    fold_of = {
        parse_terms(row["title"], row["text"], row["lang"]).to_bytes(): stream.folds[row["id"]]
        for row in stream.rows if row["id"] in stream.folds
    }  # fmt: skip
    last = 0

    def judge(subjects: Sequence[Subject], tonight: int, stories: Sequence[int], **options: Any) -> Pairs:
        nonlocal last
        own = [fold_of.get(s.terms.to_bytes()) for s in subjects[:tonight]]
        last = next((fold for fold in own if fold is not None), last)
        folds = np.array([last if fold is None else fold for fold in own])
        found: Pairs | None = None
        for fold in sorted(set(folds.tolist())):
            with patch.object(context, "load_models", lambda fold=fold: looks[fold]):
                pairs = context.judge_pairs(subjects, tonight, stories, **options)
            if found is None:
                found = pairs
            of_fold = folds[pairs.rows] == fold
            found.probability[of_fold] = pairs.probability[of_fold]
        assert found is not None
        return found

    with ExitStack() as stack:
        stack.enter_context(patch("warehouse.stories.groups.judge_pairs", judge))
        stack.enter_context(patch("warehouse.stories.tell.load_background", lambda: stream.prior))
        stack.enter_context(patch("warehouse.stories.developments.load_turn_model", lambda: turns[last]))
        yield


def run(
    stream: Stream, looks: LooksByFold, turns: Sequence[TurnModel], told: Any = None
) -> tuple[dict[str, Prediction], float]:
    """What the stage says of each article, and the processor seconds that it took."""
    with judged_apart(stream, looks, turns):
        found, _, processor = predict(stream.rows, StoryRules(all_topics=True), told)
    return found, processor


def turns_apart(stream: Stream, looks: LooksByFold, folds: int) -> list[TurnModel]:
    """For each fold of allsides a score of turns that saw nothing of its stories."""
    learned = Examples({row["id"]: row for row in stream.labels})

    def told(at: datetime, telling: Telling) -> None:
        learned.learn(telling.considered, at)

    run(stream, looks, [load_turn_model()] * folds, told)
    sagas = [examples(path) for path in sorted(SAGAS.glob("*.jsonl")) if path.stem not in KEPT_AS_TEST]
    models = []
    for fold in range(folds):
        kept = [i for i, ids in enumerate(learned.articles) if not any(stream.bounds[a] >> fold & 1 for a in ids)]
        features = [row for saga in sagas for row in saga.features] + [learned.features[i] for i in kept]
        right = [one for saga in sagas for one in saga.right] + [learned.right[i] for i in kept]
        weights = [WEIGHT["saga"]] * (len(right) - len(kept)) + [WEIGHT["allsides"]] * len(kept)
        models.append(fit_turns(features, right, weights))
    return models


def figures_of(labels: Sequence[Row], found: Mapping[str, Prediction]) -> Drawn:
    """The figures of some labelled articles, with their draws."""
    return draw_figures(
        labels, {i: p.story for i, p in found.items()}, {i: p.is_new_development for i, p in found.items()},
        {i: p.novelty for i, p in found.items()},
    )  # fmt: skip


def describe(name: str, stream: Stream, found: Mapping[str, Prediction], folds: int) -> list[str]:
    """A line of figures with their intervals, and one of those of the folds."""
    drawn = figures_of(stream.labels, found)
    spans = intervals(drawn)
    lines = [f"{name} ({len(stream.labels)} labelled of {len(stream.rows)}): " + "  ".join(
        f"{figure} {drawn[figure][0]:.3f} ({spans[figure][0]:.3f} to {spans[figure][1]:.3f})" for figure in FIGURES
    )]  # fmt: skip
    parts = [figures_of([r for r in stream.labels if stream.folds[r["id"]] == k], found) for k in range(folds)]
    lines.append("  folds: " + "  ".join(
        f"{figure} {' '.join(f'{part[figure][0]:.3f}' for part in parts)}" for figure in FIGURES
    ))  # fmt: skip
    s = score_clusters(stream.labels, {i: p.story for i, p in found.items()},
                       {i: p.is_new_development for i, p in found.items()},
                       {i: p.novelty for i, p in found.items()})  # fmt: skip
    lines.append(f"  BCubed precision {s['bcubed_p']:.3f}, recall {s['bcubed_r']:.3f}")
    return lines


def compare_runs(labels: Sequence[Row], new: Mapping[str, Prediction], old: Mapping[str, Prediction]) -> str:
    """By how much each figure has changed; with an asterisk where the interval leaves 0 out."""
    found = differences(figures_of(labels, new), figures_of(labels, old))
    return "  change: " + "  ".join(
        f"{name} {by:+.4f} ({low:+.4f} to {high:+.4f}){'*' if low > 0 or high < 0 else ''}"
        for name, (by, low, high) in found.items()
    )  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0; a missing file raises."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.stories_crossed", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--only", nargs="*", default=list(SETS), choices=SETS)
    parser.add_argument("--cache", type=Path, default=Path(".cache/stories_crossed"))
    parser.add_argument("--out", type=Path)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--shipped-turns", action="store_true")
    options = parser.parse_args(arguments)
    began = time.process_time()
    sets = read_sets(options.data, options.folds)
    fold_models = FoldModels(sets, options.folds, options.cache)
    looks = [fold_models.without(fold) for fold in range(options.folds)]
    ready = time.process_time()
    print(f"models ready: {ready - began:.0f} s of processor time, {fold_models.fitted} fitted", file=sys.stderr)
    turns = [load_turn_model()] * options.folds
    if not options.shipped_turns:
        turns = turns_apart(stream_of("allsides", sets, options.data), looks, options.folds)
    before = json.loads(options.against.read_text(encoding="utf-8")) if options.against else {}
    written: dict[str, dict[str, Any]] = {}
    for name in options.only:
        stream = stream_of(name, sets, options.data)
        found, processor = run(stream, looks, turns)
        print("\n".join(describe(name, stream, found, options.folds)))
        print(f"  stage {processor:.1f} s of processor time")
        written[name] = {i: [p.story, p.is_new_development, p.novelty] for i, p in found.items()}
        if name in before:
            old = {i: Prediction(*values) for i, values in before[name].items()}
            print(compare_runs(stream.labels, found, old))
        sys.stdout.flush()
    if options.out:
        options.out.write_text(json.dumps(written), encoding="utf-8")
    print(f"{time.process_time() - began:.0f} s of processor time in all, load {os.getloadavg()[0]:.1f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
