"""How well and how fast pages become articles, with trafilatura run beside us.

    python -m tests.benchmarks.extraction --data DIR [--out FILE] [--limit N] [--boot N]

DIR holds `html/ID.html.gz` and `gold.json`, of which nothing but `url` is read before everything is predicted. FILE
gets `{ID: {text, date, author, title, language, access}}`. Both extractors work on the same decoded bytes, one page
after the other, on one core, in one process; times are processor time, imports and the first call left out. Differences
of F1 come with 95 % intervals of a paired bootstrap over publishers.

The shipped block classifier was trained on the whole of the pages collection. On that folder the F1
printed here is no estimate for new publishers: `python -m tests.benchmarks.train_blocks --cv` gives that one.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import trafilatura

from extractors.model import Article, FetchedPage, Problem
from extractors.pages import warm  # noqa: F401  (models are loaded before the first page is timed)
from extractors.pages.article import extract_article
from extractors.pages.cheap import cheap_text
from extractors.pages.decode import decode_bytes
from tests.benchmarks.extraction_scores import (
    bootstrap,
    combine,
    same_day,
    same_names,
    same_title,
    score_page,
    score_snippets,
)

Prediction = dict[str, Any]
GOOD = 0.95


def read_pages(folder: Path, limit: int | None, now: datetime) -> dict[str, FetchedPage]:
    """The pages by id. Of the gold file only the URLs are used."""
    entries = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
    urls = {key: str(entry.get("url") or "") for key, entry in entries.items()}
    pages = {}
    for key in list(urls)[:limit]:
        file = folder / "html" / f"{key}.html.gz"
        if file.exists():
            pages[key] = FetchedPage(url=urls[key], final_url=urls[key], status=200, headers=(),
                                     body=gzip.decompress(file.read_bytes()), fetched_at=now)  # fmt: skip
    return pages


def predict_ours(page: FetchedPage, now: datetime) -> Prediction:
    """Our article, an empty one where there is a problem. Tables follow the paragraphs."""
    result = extract_article(page, None, now=now)
    if isinstance(result, Problem):
        return {"text": "", "date": None, "author": [], "title": "", "language": None, "access": "full"}
    assert isinstance(result, Article)
    day = result.evidence.get("published_on")
    return {
        "text": "\n\n".join((*result.paragraphs, *result.tables)), "author": list(result.authors),
        "date": day or (result.published_at.isoformat() if result.published_at else None),
        "title": result.title, "language": result.language, "access": result.access,
    }  # fmt: skip


def predict_theirs(page: FetchedPage) -> Prediction:
    """What trafilatura gives with its defaults, metadata included."""
    found = trafilatura.bare_extraction(decode_bytes(page.body), url=page.url or None, with_metadata=True)
    if found is None:
        return {"text": "", "date": None, "author": None, "title": ""}
    fields = found if isinstance(found, dict) else found.as_dict()
    return {"text": fields.get("text") or "", "date": fields.get("date"), "author": fields.get("author"),
            "title": fields.get("title") or ""}  # fmt: skip


def timed(work: Callable[[], Prediction]) -> tuple[Prediction, float]:
    """The result and the processor seconds it took."""
    start = time.process_time()
    result = work()
    return result, time.process_time() - start


Predictions = dict[str, Prediction]


def run(pages: dict[str, FetchedPage], now: datetime) -> tuple[Predictions, Predictions, list[float]]:
    """Both predictions for every page, and the seconds spent on ours, trafilatura's text, and the cheap pass."""
    ours: dict[str, Prediction] = {}
    theirs: dict[str, Prediction] = {}
    spent = [0.0, 0.0, 0.0]
    for number, (key, page) in enumerate(pages.items()):
        if number == 0:  # loads the models on both sides
            predict_ours(page, now)
            predict_theirs(page)
        ours[key], seconds = timed(lambda page=page: predict_ours(page, now))  # type: ignore[misc]
        spent[0] += seconds
        # Timed without metadata: trafilatura's own default, and in its favour.
        _, seconds = timed(lambda page=page: {"text": trafilatura.extract(decode_bytes(page.body))})  # type: ignore[misc]
        spent[1] += seconds
        _, seconds = timed(lambda page=page: {"text": cheap_text(page).text})  # type: ignore[misc]
        spent[2] += seconds
        theirs[key] = predict_theirs(page)
    return ours, theirs, spent


def report(gold: dict[str, Any], ours: dict[str, Prediction], theirs: dict[str, Prediction], rounds: int) -> list[str]:
    """One line a source and field."""
    lines = []
    groups: dict[str, list[str]] = {}
    for key in ours:
        groups.setdefault(str(gold[key].get("source") or "all"), []).append(key)
    news = [k for s in ("sh", "fe", "fu") for k in groups.get(s, [])]
    for name, keys in [*sorted(groups.items()), *([("sh+fe+fu", news)] if news else [])]:
        with_text = [k for k in keys if gold[k].get("text")]
        if with_text:
            a, b = ([score_page(gold[k]["text"], gold[k].get("optional") or [], p[k]["text"]) for k in with_text]
                    for p in (ours, theirs))  # fmt: skip
            publishers = [str(gold[k].get("domain") or k) for k in with_text]
            (least, most), (low, high) = bootstrap(a, b, publishers, rounds)
            good = [sum(s.f1 >= GOOD for s in scores) / len(scores) for scores in (a, b)]
            f1s = (f"F1 ours {combine(a)[2]:.4f} [{least:.4f}, {most:.4f}] trafilatura {combine(b)[2]:.4f} "
                   f"difference [{low:+.4f}, {high:+.4f}]")  # fmt: skip
            shares = f"good ours {good[0]:.3f} trafilatura {good[1]:.3f}"
            lines.append(f"{name:9s} text     n={len(a):3d} {f1s} {shares}")
        snips = [k for k in keys if gold[k].get("with") or gold[k].get("without")]
        if snips and name != "sh+fe+fu":
            f1 = []
            for predicted in (ours, theirs):
                counts = [score_snippets(gold[k].get("with") or [], gold[k].get("without") or [], predicted[k]["text"])
                          for k in snips]  # fmt: skip
                hit, missed, wrong = (sum(c[i] for c in counts) for i in range(3))
                f1.append(2 * hit / (2 * hit + missed + wrong) if hit else 0.0)
            lines.append(f"{name:9s} snippets n={len(snips):3d} F1 ours {f1[0]:.4f} trafilatura {f1[1]:.4f}")
        for field, same in (("date", same_day), ("author", same_names), ("title", same_title)):
            have = [k for k in keys if gold[k].get(field)]
            if have and name != "sh+fe+fu":
                right = [sum(same(gold[k][field], p[k].get(field)) for k in have) / len(have) for p in (ours, theirs)]
                exact = f"exact ours {right[0]:.4f} trafilatura {right[1]:.4f}"
                lines.append(f"{name:9s} {field:8s} n={len(have):3d} {exact}")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--limit", type=int, help="only the first N pages")
    parser.add_argument("--boot", type=int, default=500)
    args = parser.parse_args()
    now = datetime.now(UTC)
    pages = read_pages(args.data, args.limit, now)
    ours, theirs, spent = run(pages, now)
    if args.out:
        args.out.write_text(json.dumps(ours, ensure_ascii=False, indent=1), encoding="utf-8")
    gold = json.loads((args.data / "gold.json").read_text(encoding="utf-8"))
    for line in report(gold, ours, theirs, args.boot):
        print(line)
    print(f"speed     pages/s of one core: ours {len(pages) / spent[0]:.1f} (with facts, dates, language, access), "
          f"trafilatura {len(pages) / spent[1]:.1f} (text), cheap pass {len(pages) / spent[2]:.1f}")  # fmt: skip
    print(f"speed     ratio to trafilatura: full {spent[1] / spent[0]:.2f}, off-topic page {spent[1] / spent[2]:.2f}")


if __name__ == "__main__":
    main()
