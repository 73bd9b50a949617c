"""Stories and developments, night by night, against their labels; no label is read before the scoring.

    python -m tests.benchmarks.stories --data DIR --out DIR2 [--only NAME ...] [--one-by-one]

Every `DIR/NAME.jsonl` with articles becomes `DIR2/NAME.jsonl` with `{id, story, is_new_development, novelty}`: night
after night, in order of date, is told from a real warehouse in memory and stored there, as a backfill does it (or,
`--one-by-one`, as nights that know nothing of each other but what is stored: the same answers, at more cost); articles
without a date are one undated night. A baseline (single-pass TF-IDF with decay) is scored beside it.
The last lines are the figures.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from extractors.model import digest64
from tests.benchmarks.stories_draws import draw_figures, intervals
from tests.benchmarks.stories_score import score_clusters, score_sagas, score_timelines
from warehouse.connection import open_memory
from warehouse.stories import Chronicle, StoryRules, Telling

Row = dict[str, Any]
_TIME = pa.timestamp("us", tz="UTC")
_UNDATED = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the pipeline said of one article."""

    story: str
    is_new_development: bool
    novelty: float


def read_articles(path: Path) -> list[Row]:
    """The file's articles in its order, labels removed (kept apart by `read_labels`)."""
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines if line.strip()]
    return [
        {k: row.get(k) for k in ("id", "published", "source", "lang", "title", "text", "url")} for row in rows
    ]


def nights(rows: Sequence[Row]) -> Iterator[tuple[datetime, list[Row]]]:
    """The articles by day, in order; those without a date as one night before all others."""
    by_day: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_day[(row["published"] or "")[:10]].append(row)
    for day in sorted(by_day):
        at = datetime.fromisoformat(day).replace(tzinfo=UTC) if day else _UNDATED
        yield at, by_day[day]


def load_night(con: duckdb.DuckDBPyConnection, night: Sequence[Row], at: datetime, place: int) -> None:
    """Puts articles where the nightly run would have put them: a version and a verdict each."""
    n = len(night)
    seen = [at + timedelta(hours=12, milliseconds=place + i) for i in range(n)]
    stated = [datetime.fromisoformat(r["published"]) if r["published"] else None for r in night]
    published = [s if s is None or s.tzinfo else s.replace(tzinfo=UTC) for s in stated]
    versions = pa.table({
        "version_id": [f"{r['id']}.1" for r in night], "article_id": [r["id"] for r in night],
        "version": pa.array([1] * n, pa.int32()), "origin": ["backfill"] * n, "run_id": ["benchmark"] * n,
        "url": [r["url"] or "" for r in night], "site": [r["source"] or f"site-{r['id']}" for r in night],
        "publisher": pa.array([r["source"] for r in night], pa.string()), "title": [r["title"] for r in night],
        "published_at": pa.array(published, _TIME),
        "published_certainty": ["none" if p is None else "day" if len(r["published"]) == 10 else "exact"
                                for p, r in zip(published, night, strict=True)],
        "first_seen_at": pa.array(seen, _TIME), "fetched_at": pa.array(seen, _TIME),
        "language": pa.array([r["lang"] for r in night], pa.string()), "text": [r["text"] for r in night],
        "words": pa.array([r["text"].count(" ") + 1 for r in night], pa.int32()), "access": ["full"] * n,
        "content_hash": [digest64(r["id"]) for r in night], "extractor": ["benchmark"] * n,
    })  # fmt: skip
    con.register("night_rows", versions)
    con.execute("INSERT INTO article_versions BY NAME SELECT * FROM night_rows")
    con.execute(
        "INSERT INTO verdicts BY NAME SELECT version_id, article_id, run_id, 'new' AS relation, "
        "first_seen_at AS judged_at FROM night_rows"
    )
    con.unregister("night_rows")


def predict(
    rows: Sequence[Row], rules: StoryRules, told: Callable[[datetime, Telling], None] | None = None, *,
    one_by_one: bool = False,
) -> tuple[dict[str, Prediction], float, float]:  # fmt: skip
    """Stories, alerts and novelty of every article; seconds and processor seconds of the stage (loading left out).

    Everything is loaded, then told night by night and stored some nights at a time, as a backfill does; or, told
    `one_by_one`, each night is read and stored for itself, as by a program that is started every night. `told` is
    called with each night's telling.
    """
    con = open_memory()
    con.execute("SET threads = 1")
    found: dict[str, Prediction] = {}
    clocks: list[datetime] = []
    loaded = 0
    for at, night in nights(rows):
        load_night(con, night, at, loaded)
        loaded += len(night)
        clocks.append(at + timedelta(hours=23))
    begun, begun_processor = time.perf_counter(), time.process_time()
    chronicle = Chronicle(con, until=clocks[-1], rules=rules) if clocks else None
    for number, clock in enumerate(clocks):
        if one_by_one or chronicle is None:
            chronicle = Chronicle(con, until=clock, rules=rules)
        telling = chronicle.tell(clock)
        if one_by_one or chronicle.is_full or number == len(clocks) - 1:
            con.execute("BEGIN")
            chronicle.store(run_id=clock.isoformat())
            con.execute("COMMIT")
        if told is not None:
            told(clock, telling)
        alerted = {d.outlets[0].article_id for d in telling.developments if d.kind != "update"}
        for member in telling.memberships:
            article = member.report.article_id
            found[article] = Prediction(member.story_id, article in alerted, member.novelty)
    spent, processor = time.perf_counter() - begun, time.process_time() - begun_processor
    con.close()
    return found, spent, processor


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0; 2 where the folder holds no articles."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.stories", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--no-baseline", action="store_true")
    parser.add_argument("--one-by-one", action="store_true")
    options = parser.parse_args(arguments)
    files = [p for p in sorted(options.data.glob("*.jsonl")) if not options.only or p.stem in options.only]
    if not files:
        print(f"no NAME.jsonl in {options.data}", file=sys.stderr)
        return 2
    options.out.mkdir(parents=True, exist_ok=True)
    figures: list[str] = []
    articles, seconds = 0, 0.0
    for path in files:
        rows = read_articles(path)
        found, spent, processor = predict(rows, StoryRules(all_topics=True), one_by_one=options.one_by_one)
        articles, seconds = articles + len(rows), seconds + processor
        with (options.out / path.name).open("w", encoding="utf-8") as out:
            for row in rows:
                p = found[row["id"]]
                out.write(json.dumps({"id": row["id"], "story": p.story, "is_new_development": p.is_new_development,
                                      "novelty": round(p.novelty, 5)}) + "\n")  # fmt: skip
        rate = len(rows) / spent if spent else 0.0
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        figures.append(f"{path.stem}: {len(rows)} articles, {rate:.0f} articles/s, peak memory {peak:.0f} MB")
        labels = [json.loads(line) for line in path.open(encoding="utf-8") if line.strip()]
        figures += [f"  {line}" for line in describe(labels, found, path.parent)]
        if not options.no_baseline and any(label.get("story") for label in labels):
            from tests.benchmarks.stories_baseline import predict_baseline

            base = {k: Prediction(s, f, n) for k, (s, f, n) in predict_baseline(rows).items()}
            figures += [f"  baseline {line}" for line in describe(labels, base, path.parent)]
        print("\n".join(figures[-8:]), file=sys.stderr)
    if seconds:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        figures.append(f"whole stage: {articles / seconds:.0f} articles/s of processor time, peak memory {peak:.0f} MB")
    print("\n".join(figures))
    return 0


def describe(labels: Sequence[Row], found: dict[str, Prediction], folder: Path) -> list[str]:
    """The figures of one file, a line each kind."""
    lines: list[str] = []
    labelled = [row for row in labels if row.get("story")]
    alerts = {k: p.is_new_development for k, p in found.items()}
    if labelled:
        stories, novelty = {k: p.story for k, p in found.items()}, {k: p.novelty for k, p in found.items()}
        s = score_clusters(labels, stories, alerts, novelty)
        lines.append(
            f"BCubed F1 {s['bcubed']:.3f} (p {s['bcubed_p']:.3f} r {s['bcubed_r']:.3f})  "
            f"pairwise F1 {s['pairwise']:.3f}  alert_once F1 {s['alert_once']:.3f}  "
            f"exactly once {s['exactly_once']:.1%}  C_min {s['c_min']:.3f}"
        )
        of = intervals(draw_figures(labels, stories, alerts, novelty))
        lines.append("95 % by drawing stories again: " + "  ".join(
            f"{name} {low:.3f} to {high:.3f}" for name, (low, high) in of.items()
        ))  # fmt: skip
    if any(row.get("turn") is not None or row.get("kind") for row in labels):
        lines += score_sagas(labels, alerts)
    timelines = folder / "t17_timelines.json"
    if not labelled and timelines.is_file():
        gold = json.loads(timelines.read_text(encoding="utf-8"))
        for name, t in score_timelines(labels, alerts, gold).items():
            lines.append(
                f"timeline {name}: alerts {t['alerts']}, recall {t['recall']:.3f}, precision {t['precision']:.3f}, "
                f"alerts a key date hit {t['per_hit']:.2f} (chance precision {t['chance']:.3f})"
            )
    return lines


if __name__ == "__main__":
    sys.exit(main())
