"""Copy detection measured on a labelled folder, beside MinHash LSH and exact containment.

    python -m tests.benchmarks.dedupe --data DIR [--out FILE] [--workers N]

DIR has `articles.jsonl` {id, title, text, published, url}. FILE gets one {a, b, relation} for every pair found;
`contained-in` reads a in b. Every pair is judged, not only the first original of each: the scorer counts pairs. Labels
(`pairs.jsonl`, `clusters.jsonl`) are read after all predictions are made; without them the figures are left out.
Nothing is learnt from the folder. The shipped judges were trained on `data/dedupe` among others, so that its figures
here are in-sample; figures that count come from folders it never saw and from `train_copies --report` (by cluster).
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from warehouse.dedupe.boilerplate import find_boilerplate, keep_words
from warehouse.dedupe.features import worth_a_look
from warehouse.dedupe.groups import lonely_pairs
from warehouse.dedupe.index import CandidateIndex
from warehouse.dedupe.pairs import JudgedPair, judge_pair
from warehouse.dedupe.reading import Reading, guess_script, read_text
from warehouse.dedupe.rules import CopyRules
from warehouse.dedupe.sketch import sketch

Row = dict[str, Any]
Found = dict[tuple[str, str], JudgedPair]


def read_rows(path: Path) -> list[Row]:
    """The JSON objects of a file, one a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def reading_of(row: Row) -> Reading:
    """The reading of one benchmark article."""
    url = str(row.get("url") or "")
    return read_text(
        row["text"], article_id=row["id"], title=row.get("title") or "", site=urlsplit(url).netloc,
        language=row.get("lang") or guess_script(row["text"]),
    )  # fmt: skip


def candidate_pairs(readings: Sequence[Reading], rules: CopyRules) -> set[tuple[int, int]]:
    """Pairs of positions worth comparing, smaller first: what the index finds for each article among all others."""
    marks = [sketch(r) for r in readings]
    index = CandidateIndex.of_batch(marks)
    return {(min(i, j), max(i, j)) for i, m in enumerate(marks) for j in index.candidates(m, rules) if i != j}


_STATE: dict[str, Any] = {}


def _judge(pair: tuple[int, int]) -> JudgedPair | None:
    i, j = pair
    readings, keeps = _STATE["readings"], _STATE["keeps"]
    if not worth_a_look(readings[i], readings[j]):
        return None
    return judge_pair(readings[i], readings[j], keeps[i], keeps[j])


def find_pairs(
    readings: Sequence[Reading], rules: CopyRules, *, workers: int = 1
) -> Found:
    """Every pair that is judged a copy, transitive ones included where they hold when judged themselves; without those
    that join two groups alone."""
    furniture = find_boilerplate(readings, articles=rules.boilerplate_articles)
    _STATE.update(readings=readings, keeps=[keep_words(r, furniture) for r in readings])
    found: dict[tuple[int, int], JudgedPair] = {}
    seen: set[tuple[int, int]] = set()
    todo = sorted(candidate_pairs(readings, rules))
    while todo:
        seen.update(todo)
        if workers > 1:
            with ProcessPoolExecutor(workers) as pool:
                judged = list(pool.map(_judge, todo, chunksize=64))
        else:
            judged = [_judge(pair) for pair in todo]
        found.update((p, j) for p, j in zip(todo, judged, strict=True) if j and j.probability >= rules.threshold)
        todo = sorted(transitive(found) - seen)
    return in_company({(readings[i].article_id, readings[j].article_id): pair for (i, j), pair in found.items()})


def in_company(found: Found) -> Found:
    """The pairs without those that join two groups alone (see `warehouse.dedupe.groups`)."""
    lonely = lonely_pairs({key: (pair.probability, pair.relation) for key, pair in found.items()})
    return {key: pair for key, pair in found.items() if key not in lonely}


def transitive(found: Iterable[tuple[int, int]], *, most: int = 40) -> set[tuple[int, int]]:
    """Pairs that have a partner in common; articles with very many partners are left out."""
    partners: dict[int, set[int]] = defaultdict(set)
    for i, j in found:
        partners[i].add(j)
        partners[j].add(i)
    return {
        (min(x, y), max(x, y))
        for group in partners.values()
        if len(group) <= most
        for x in group
        for y in group
        if x != y
    }


def listed(found: Found) -> list[Row]:
    """The pairs as the scorer reads them: the inner article of `contained-in` comes first."""
    rows = []
    for (a, b), pair in found.items():
        swap = pair.relation == "contained-in" and not pair.a_is_inner
        rows.append({"a": b if swap else a, "b": a if swap else b, "relation": pair.relation})
    return rows


def minhash_pairs(rows: Sequence[Row], *, threshold: float = 0.5) -> list[Row]:
    """The usual library: datasketch MinHash LSH, 128 permutations, three-word shingles."""
    from datasketch import MinHash, MinHashLSH

    lsh = MinHashLSH(threshold=threshold, num_perm=128)
    found = []
    for row in rows:
        words = row["text"].lower().split()
        sketch_ = MinHash(num_perm=128)
        sketch_.update_batch([" ".join(words[i : i + 3]).encode() for i in range(max(1, len(words) - 2))])
        found += [{"a": row["id"], "b": other, "relation": "near"} for other in lsh.query(sketch_)]
        lsh.insert(row["id"], sketch_)
    return found


def containment_pairs(readings: Sequence[Reading], *, threshold: float = 0.5) -> list[Row]:
    """Exact containment of three-word shingles, over all pairs that share one."""
    owners: dict[int, list[int]] = defaultdict(list)
    for i, r in enumerate(readings):
        for h in r.shingle_set.tolist():
            owners[h].append(i)
    shared: Counter[tuple[int, int]] = Counter()
    for group in owners.values():
        if 2 <= len(group) <= 500:
            shared.update((group[x], group[y]) for x in range(len(group)) for y in range(x + 1, len(group)))
    found = []
    for (i, j), count in shared.items():
        of_i, of_j = count / len(readings[i].shingle_set), count / len(readings[j].shingle_set)
        if max(of_i, of_j) >= threshold:
            a, b = (i, j) if of_i >= of_j else (j, i)
            relation = "near" if min(of_i, of_j) >= threshold else "contained-in"
            found.append({"a": readings[a].article_id, "b": readings[b].article_id, "relation": relation})
    return found


# --- figures -----------------------------------------------------------------------------------------------------


def score(data: Path, predictions: Sequence[Row]) -> Row | None:
    """Detection, relation, direction and ARI as the shared scorer counts them; None without labels."""
    if not (data / "pairs.jsonl").exists() or not (data / "clusters.jsonl").exists():
        return None
    gold = {tuple(sorted((p["a"], p["b"]))): p for p in read_rows(data / "pairs.jsonl")}
    clusters = {c["id"]: c for c in read_rows(data / "clusters.jsonl")}
    member = {i: {c["cluster"], *c.get("also", [])} for i, c in clusters.items()}
    said = {tuple(sorted((p["a"], p["b"]))): p for p in predictions}
    detection: Counter[str] = Counter()
    relation: dict[str, Counter[str]] = defaultdict(Counter)
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    direction: Counter[str] = Counter()
    for key, pair in gold.items():
        truth, guess = pair["relation"], said[key]["relation"] if key in said else "none"
        right = truth == guess
        if right and truth == "contained-in":
            right = said[key]["a"] == pair["a"]
            direction[f"{right}"] += 1
        kind = kinds[str(pair.get("kind", truth))]
        kind.update(n=1, found=guess != "none", right=right)
        if truth != "none":
            detection["tp" if guess != "none" else "fn"] += 1
            relation[truth]["tp" if right else "fn"] += 1
        elif guess != "none":
            detection["fp"] += 1
        if guess != "none" and not right:
            relation[guess]["fp"] += 1
    for key, guess in said.items():
        a, b = key
        if key in gold or a not in clusters or b not in clusters:
            continue
        if (clusters[a].get("unlabelled") and clusters[b].get("unlabelled")) or member[a] & member[b]:
            continue
        detection["fp"] += 1
        relation[guess["relation"]]["fp"] += 1
        kinds["unlisted pairs"].update(n=1, found=1)
    per_relation = [_f1(c) for c in relation.values() if c["tp"] + c["fn"]]
    return {
        "detection": _f1(detection), "precision": _part(detection, "fp"), "recall": _part(detection, "fn"),
        "fp": detection["fp"], "fn": detection["fn"],
        "ari": _ari(clusters, said), "relation": sum(per_relation) / max(1, len(per_relation)),
        "direction": direction["True"] / max(1, sum(direction.values())) if direction else None,
        "kinds": {k: (c["n"], c["found"] / c["n"], c["right"] / c["n"]) for k, c in sorted(kinds.items())},
    }  # fmt: skip


def _part(c: Counter[str], wrong: str) -> float:
    return c["tp"] / max(1, c["tp"] + c[wrong])


def _f1(c: Counter[str]) -> float:
    return 2 * c["tp"] / max(1, 2 * c["tp"] + c["fp"] + c["fn"])


def _ari(clusters: dict[str, Row], said: Iterable[tuple[str, ...]]) -> float:
    """Adjusted Rand index of the groups that the pairs make (Hubert and Arabie 1985), articles of one cluster only."""
    ids = [i for i, c in clusters.items() if not c.get("multi") and not c.get("unlabelled")]
    parent = {i: i for i in ids}

    def find(x: str) -> str:
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    for a, b in said:
        if a in parent and b in parent:
            parent[find(a)] = find(b)

    def pairs(counts: Iterable[int]) -> float:
        return sum(n * (n - 1) / 2 for n in counts)

    truth, guess = [clusters[i]["cluster"] for i in ids], [find(i) for i in ids]
    both = pairs(Counter(zip(truth, guess, strict=True)).values())
    of_truth, of_guess = pairs(Counter(truth).values()), pairs(Counter(guess).values())
    expected = of_truth * of_guess / max(1.0, pairs([len(ids)]))
    most = (of_truth + of_guess) / 2
    return 1.0 if most == expected else (both - expected) / (most - expected)


def line(name: str, figures: Row, rate: float) -> str:
    """One line of figures."""
    direction = "-" if figures["direction"] is None else f"{figures['direction']:.3f}"
    return (
        f"{name:<24} F1 {figures['detection']:.4f} (P {figures['precision']:.4f} / R {figures['recall']:.4f}, "
        f"fp {figures['fp']}, fn {figures['fn']})  ARI {figures['ari']:.4f}  relation {figures['relation']:.4f}  "
        f"direction {direction}  {rate:.0f} articles/s"
    )


def main() -> None:
    """Runs detector and baselines over a folder and prints their figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--no-baselines", action="store_true")
    args = parser.parse_args()
    rows = read_rows(args.data / "articles.jsonl")
    start = time.perf_counter()
    readings = [reading_of(row) for row in rows]
    predictions = listed(find_pairs(readings, CopyRules(), workers=args.workers))
    rate = len(rows) / (time.perf_counter() - start)
    if args.out:
        args.out.write_text("".join(json.dumps(p) + "\n" for p in predictions), encoding="utf-8")
    print(f"{len(rows)} articles, {len(predictions)} pairs found, {rate:.0f} articles/s with {args.workers} workers")
    contestants: list[tuple[str, list[Row], float]] = []
    if not args.no_baselines:
        start = time.perf_counter()
        contestants.append(("MinHash LSH (datasketch)", minhash_pairs(rows), len(rows) / (time.perf_counter() - start)))
        start = time.perf_counter()
        contained = containment_pairs(readings)
        contestants.append(("exact containment", contained, len(rows) / (time.perf_counter() - start)))
    figures = score(args.data, predictions)
    if figures is None:
        print("no labels here: figures left out")
        return
    for kind, (n, found, right) in figures["kinds"].items():
        print(f"  {kind:<26} {n:>5} pairs, found {found:.3f}, relation right {right:.3f}")
    for name, said, speed in contestants:
        baseline = score(args.data, said)
        if baseline:
            print(line(name, baseline, speed))
    print(line("sovwatch", figures, rate))


if __name__ == "__main__":
    main()
