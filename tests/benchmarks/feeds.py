"""Feed reading against peers: `python -m tests.benchmarks.feeds --data DIR [--out FILE] [--scorer SCRIPT]`.

DIR holds `index.json` with `files` (a list of {file, class, expect, ...}) and the files it names; `synthetic/` in it,
if present, holds hostile feeds with an index of its own. Nothing of `expect` is read before all predictions are made.
FILE gets {file: {entries: [{title, link, date}], problem}}. The last lines are the figures, ours beside feedparser's
and fastfeedparser's in the same run.
"""

from __future__ import annotations

import argparse
import ast
import html
import json
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

NOW = datetime(2026, 9, 10, tzinfo=UTC)
URL = "https://feeds.example.org/dir/feed.xml"
Prediction = dict[str, Any]


def ours(body: bytes) -> Prediction:
    from extractors.feeds.parse import parse_feed

    feed = parse_feed(body, source_id="bench", url=URL, now=NOW, max_entries=10_000)
    entries = [
        {"title": e.title, "link": e.link, "date": _iso(e.published_at or e.updated_at), "summary": e.summary}
        for e in feed.entries
    ]
    return {"entries": entries, "problem": feed.problem.code if feed.problem else None}


def with_feedparser(body: bytes) -> Prediction:
    import calendar
    import io

    import feedparser

    found = feedparser.parse(io.BytesIO(body), response_headers={"content-location": URL})
    entries = []
    for e in found.entries:
        when = e.get("published_parsed") or e.get("updated_parsed")
        date = _iso(datetime.fromtimestamp(calendar.timegm(when), UTC)) if when else None
        entries.append({"title": e.get("title"), "link": e.get("link"), "date": date, "summary": e.get("summary")})
    return {"entries": entries, "problem": None}


def with_fastfeedparser(body: bytes) -> Prediction:
    import fastfeedparser

    found = fastfeedparser.parse(body)
    entries = [
        {"title": e.get("title"), "link": e.get("link"), "date": e.get("published") or e.get("updated"),
         "summary": e.get("description")}
        for e in found.entries
    ]  # fmt: skip
    return {"entries": entries, "problem": None}


READERS: dict[str, Callable[[bytes], Prediction]] = {
    "sovwatch": ours, "feedparser": with_feedparser, "fastfeedparser": with_fastfeedparser,
}  # fmt: skip


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def predict(
    reader: Callable[[bytes], Prediction], files: Iterable[Path], folder: Path
) -> tuple[dict[str, Any], dict[str, float]]:
    """Predictions by file name, and totals: entries, CPU seconds, raised, slowest file."""
    out: dict[str, Any] = {}
    totals = {"entries": 0.0, "cpu_s": 0.0, "raised": 0.0, "slowest_s": 0.0}
    for path in files:
        body = path.read_bytes()
        start = time.process_time()
        try:
            found = reader(body)
        except Exception as error:  # a peer that raises on a file is a result, ours is not expected to
            found = {"entries": [], "problem": f"raised {type(error).__name__}"}
            totals["raised"] += 1
        spent = time.process_time() - start
        totals["cpu_s"] += spent
        totals["slowest_s"] = max(totals["slowest_s"], spent)
        totals["entries"] += len(found["entries"])
        out[path.relative_to(folder).as_posix()] = found
    return out, totals


def _instants(wanted: str) -> list[float]:
    return [datetime.fromisoformat(w).timestamp() for w in wanted.split("|")]


def score(index: list[dict[str, Any]], got: dict[str, Any]) -> tuple[dict[str, list[int]], list[tuple[str, ...]]]:
    """Right and total by kind of expectation, and what was wrong.

    `tags` are entries against the raw tags of real files; `titles` compare what a reader sees, markup dropped on both
    sides; `peer` are feedparser's own expectations about an entry's title, link, summary or time.
    """
    tally: dict[str, list[int]] = {k: [0, 0] for k in ("real", "tags", "counts", "dates", "titles", "links", "peer")}
    wrong: list[tuple[str, ...]] = []

    def mark(kind: str, good: bool, file: str, want: object, have: object) -> None:
        tally[kind][0] += good
        tally[kind][1] += 1
        if not good:
            wrong.append((file, kind, str(want)[:100], str(have)[:100]))

    for row in index:
        found, want, file = got.get(row["file"]), row.get("expect") or {}, row["file"]
        if row["class"] == "page" or found is None:
            continue
        entries = found["entries"]
        if row["class"] == "real":
            tally["real"][0] += bool(entries)
            tally["real"][1] += 1
            if row.get("raw_item_tags"):
                mark("tags", len(entries) == row["raw_item_tags"], file, row["raw_item_tags"], len(entries))
        if isinstance(want.get("entries"), int):
            mark("counts", len(entries) == want["entries"], file, want["entries"], len(entries))
            if len(entries) == want["entries"]:
                for expected, have in zip(want.get("dates") or [], entries, strict=False):
                    if expected:
                        mark("dates", same_time(expected, have["date"]), file, expected, have["date"])
        first = want.get("first_entry") or {}
        if entries and first.get("title"):
            have = entries[0]["title"]
            mark("titles", _seen(first["title"]) == _seen(have), file, first["title"], have)
        if entries and first.get("link"):
            have = entries[0]["link"]
            mark("links", first["link"].strip() == str(have).strip(), file, first["link"], have)
        for n, name, value in peer_claims(want.get("peer_expect") or ""):
            have = entries[n].get(name) if n < len(entries) else None
            good = same_time(value, have) if name == "date" else _seen(value) == _seen(have)
            mark("peer", good, file, f"{name} {value}", have)
    return tally, wrong


_FIELDS = {"title": "title", "link": "link", "summary": "summary", "published_parsed": "date", "updated_parsed": "date",
           "created_parsed": "date"}  # fmt: skip


def peer_claims(expression: str) -> list[tuple[int, str, str]]:
    """From feedparser's `entries[0]['title'] == 'x' and ...`: entry number, our field, expected value.

    Only where the whole expression is made of such comparisons (and `not bozo`, which says nothing of the entry).
    """
    try:
        tree = ast.parse(expression, mode="eval").body
    except (SyntaxError, ValueError):
        return []
    claims = []
    for part in tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]:
        match part:
            case ast.UnaryOp(op=ast.Not()):
                continue
            case ast.Compare(
                left=ast.Subscript(
                    value=ast.Subscript(value=ast.Name(id="entries"), slice=ast.Constant(value=int(n))),
                    slice=ast.Constant(value=str(name)),
                ),
                ops=[ast.Eq()],
                comparators=[right],
            ) if name in _FIELDS:
                try:
                    value = ast.literal_eval(right)
                except ValueError:
                    return []
                if isinstance(value, tuple):
                    value = datetime(*value[:6], tzinfo=UTC).isoformat()
                claims.append((n, _FIELDS[name], str(value)))
            case _:
                return []
    return claims


def _seen(markup: object) -> str:
    """What a reader sees of a title that a peer gives as markup or as text: compared without tags and white space."""
    text = re.sub(r"<[^<>]*>", "", html.unescape(html.unescape(str(markup or ""))))
    return "".join(text.split())


def same_time(wanted: str, have: str | None) -> bool:
    """Whether both are the same instant within a second; `wanted` may give alternatives, separated by a bar."""
    tally = [0, 0, 0]
    _score_date(wanted, have, tally)
    return bool(tally[0])


def _score_date(expected: str, have: str | None, tally: list[int]) -> None:
    """Tally of right, missing, wrong."""
    try:
        wanted = _instants(expected)
    except ValueError:
        return
    if have is None:
        tally[1] += 1
        return
    try:
        got = datetime.fromisoformat(have.replace("Z", "+00:00"))
    except ValueError:
        tally[2] += 1
        return
    at = (got if got.tzinfo else got.replace(tzinfo=UTC)).timestamp()
    tally[0 if any(abs(at - w) <= 1 for w in wanted) else 2] += 1


def score_hostile(index: dict[str, Any], got: dict[str, Any]) -> tuple[int, int, list[str]]:
    """How many hostile feeds gave what they must: entries, first title, dates."""
    right, wrong = 0, []
    for name, row in index.items():
        want, found = row["expect"], got[name]
        entries = found["entries"]
        bad = []
        if want["entries"] is not None and len(entries) != want["entries"]:
            bad.append(f"{len(entries)} entries, not {want['entries']}")
        if len(entries) < want.get("min_entries", 0):
            bad.append(f"{len(entries)} entries, fewer than {want['min_entries']}")
        first = entries[0]["title"] if entries else None
        if want.get("first_title") is not None and _squash(first) != _squash(want["first_title"]):
            bad.append(f"first title {first!r}, not {want['first_title']!r}")
        for wanted, have in zip(want.get("dates", []), entries, strict=False):
            tally = [0, 0, 0]
            if wanted:
                _score_date(wanted, have["date"], tally)
            if tally[1] or tally[2] or (wanted is None and have["date"]):
                bad.append(f"date {have['date']}, not {wanted}")
        right += not bad
        if bad:
            wrong.append(f"{name}: {'; '.join(bad[:3])}")
    return right, len(index), wrong


def _squash(text: object) -> str:
    return " ".join(str(text or "").split())


def _bounded(folder: Path, name: str, reader: str) -> tuple[float, float, Prediction]:
    """CPU seconds, megabytes and prediction for one file in a process of its own (imports and warm-up not counted)."""
    code = (
        "import sys,json,time,resource;from pathlib import Path;from tests.benchmarks import feeds as b;"
        "r=b.READERS[sys.argv[2]];"
        "r(b'<rss version=\"2.0\"><channel><item><title>x</title></item></channel></rss>');"
        "body=Path(sys.argv[1]).read_bytes();m=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;t=time.process_time()\n"
        "try: p=r(body)\n"
        "except Exception as e: p={'entries':[],'problem':repr(e)[:80]}\n"
        "print(json.dumps([time.process_time()-t,(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss-m)/1024,p]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder / name), reader],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    if done.returncode:
        return 0.0, 0.0, {"entries": [], "problem": "died"}
    cpu_s, mb, found = json.loads(done.stdout.splitlines()[-1])
    return cpu_s, mb, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--show-wrong", action="store_true")
    parser.add_argument("--no-peers", action="store_true")
    args = parser.parse_args()
    index = json.loads((args.data / "index.json").read_text(encoding="utf-8"))["files"]
    files = [args.data / row["file"] for row in index if row["class"] != "page"]
    names = ["sovwatch"] if args.no_peers else list(READERS)
    predictions = {name: predict(READERS[name], files, args.data) for name in names}
    if args.out:
        args.out.write_text(json.dumps(predictions["sovwatch"][0], ensure_ascii=False), encoding="utf-8")
    some = {row["file"] for row in index if row["class"] == "real"
            and any(predictions[name][0][row["file"]]["entries"] for name in names)}  # fmt: skip
    for name in names:
        got, totals = predictions[name]
        figures, wrong = score(index, got)
        for line in wrong if args.show_wrong and name == "sovwatch" else ():
            print(*line, sep=" | ")
        figures["real"][1] = len(some)
        told = ", ".join(f"{kind} {right}/{total}" for kind, (right, total) in figures.items())
        rate = totals["entries"] / max(totals["cpu_s"], 1e-9)
        print(f"{name}: {told}; {len(files)} files, raised on {totals['raised']:.0f}, "
              f"slowest {totals['slowest_s']:.2f} s, {rate:.0f} entries per CPU-s")  # fmt: skip
    hostile = args.data / "synthetic" / "index.json"
    if hostile.exists():
        rows = json.loads(hostile.read_text(encoding="utf-8"))["files"]
        for name in names:
            measured = {file: _bounded(hostile.parent, file, name) for file in rows}
            right, total, wrong = score_hostile(rows, {file: m[2] for file, m in measured.items()})
            slowest = max(measured, key=lambda file: measured[file][0])
            biggest = max(measured, key=lambda file: measured[file][1])
            for line in wrong:
                print(f"{name} hostile: {line}")
            print(f"{name} hostile: right {right} of {total}; slowest {measured[slowest][0]:.2f} s ({slowest}); "
                  f"most memory {measured[biggest][1]:.0f} MB ({biggest})")  # fmt: skip
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the whole run {peak:.0f} MB")


if __name__ == "__main__":
    main()
