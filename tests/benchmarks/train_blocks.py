"""Trains the block classifier of `extractors.pages` and reports how it does on publishers that it has not seen.

    python -m tests.benchmarks.train_blocks --data DIR --cv            # figures by cross-validation, nothing written
    python -m tests.benchmarks.train_blocks --data DIR --write         # fits on everything, writes the weights

DIR is laid out like the pages collection (`html/ID.html.gz`, `gold.json`). Pages are divided by registered domain,
never by page: five folds, each scored by models that saw no page of its domains; the second model learns from
first-model scores that are out of fold too, in folds inside the training part. The shipped weights are fitted on
every page of DIR, so a benchmark run over that same DIR with them is not an estimate for new publishers: the figures of
`--cv` are, each with a 95 % interval of a paired bootstrap over publishers. Some pages are trained on in two more
shapes (see `_variants`); those are never scored. Needs lightgbm (not needed to use the weights).
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import pickle
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import trafilatura

from extractors.model import FetchedPage
from extractors.pages.blocks import PageBlocks, collect_blocks
from extractors.pages.classify import WEIGHTS
from extractors.pages.decode import decode_bytes, decode_page
from extractors.pages.features import FEATURES, BlockContext, Description, describe_blocks
from extractors.pages.forest import Forest, forest_from_trees, save_forests
from extractors.pages.metadata import read_facts
from extractors.pages.neighbour_scores import SCORE_FEATURES, score_rows
from extractors.pages.text import read_text
from extractors.pages.tree import parse_tree
from tests.benchmarks.block_labels import label_blocks, label_snippets
from tests.benchmarks.extraction_scores import bootstrap, combine, score_page, score_snippets

Floats = npt.NDArray[np.float32]
FOLDS, INNER_FOLDS = 5, 4
TREES, LEAVES = 80, 16
BARE_SHARE, BARE_WEIGHT = 0.5, 0.4  # pages made from others, see `_variants`
SHORT_SHARE, SHORT_WEIGHT = 0.8, 0.3
SOURCE_WEIGHT = {"sh": 2.5, "fe": 2.5, "fu": 2.5, "wx": 1.0, "tr": 0.4}  # news counts more than other pages
NOW = datetime(2030, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Page:
    """A page ready for training: its features, its labels with weights, and what is needed to score it."""

    key: str
    domain: str
    gold: dict[str, Any]
    blocks: PageBlocks
    described: Description
    labels: npt.NDArray[np.int64]
    weights: Floats
    context: BlockContext
    made: bool = False

    @property
    def rows(self) -> Floats:
        """The features of all blocks, those included that a page's reader does not ask about."""
        return self.described.rows


def read_pages(folder: Path) -> list[Page]:
    """Every page of the folder that has gold text or snippets."""
    pages: list[Page] = []
    gold = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
    for key, entry in gold.items():
        if not (entry.get("text") or entry.get("with")):
            continue
        page = _fetched(folder, key, entry["url"])
        tree = parse_tree(decode_page(page))
        if tree is None:
            continue
        blocks = collect_blocks(tree)
        if not blocks.blocks:
            continue
        blocks.times = []
        facts = read_facts(tree, blocks, page=page, entry=None, now=NOW)
        context = BlockContext(facts.title, facts.standfirst or "", facts.json_ld_body, facts.heading)
        described = describe_blocks(blocks, context, in_full=True)
        labels, weights = _labels(entry, blocks, described.rows, key)
        full = Page(key, entry["domain"], entry, blocks, described, labels, weights, context)
        pages.extend((full, *_variants(full)))
    return pages


def _variants(page: Page) -> list[Page]:
    """The page once more without the names that its publisher gives to elements; and, where it has a full text, as
    short news: with the first paragraphs of its article only."""
    draw = np.random.RandomState(int(hashlib.sha256(page.key.encode()).hexdigest()[:8], 16))
    made = []
    if draw.rand() < BARE_SHARE:
        nodes = [replace(node, hints=0) for node in page.blocks.nodes]
        bare = PageBlocks([replace(block, hints=0) for block in page.blocks.blocks], nodes)
        made.append(_variant(page, "bare", bare, page.labels, page.weights * BARE_WEIGHT, page.context))
    article = [i for i, block in enumerate(page.blocks.blocks) if page.labels[i] and block.text.count(" ") > 8]
    if page.gold.get("text") and len(article) > 4 and draw.rand() < SHORT_SHARE:
        last = article[draw.randint(1, 4) - 1]
        stays = [i for i in range(len(page.labels)) if i <= last or not page.labels[i]]
        short = PageBlocks([page.blocks.blocks[i] for i in stays], page.blocks.nodes)
        heading = stays.index(page.context.heading) if page.context.heading in stays else -1
        context = replace(page.context, json_body="", heading=heading)
        weights = page.weights[stays].copy()
        weights *= SHORT_WEIGHT * min(3.0, float(page.weights[page.labels > 0].sum() + 0.01)
                                      / float(weights[page.labels[stays] > 0].sum() + 0.01))  # fmt: skip
        made.append(_variant(page, "short", short, page.labels[stays], weights, context))
    return made


def _variant(page: Page, kind: str, blocks: PageBlocks, labels: npt.NDArray[np.int64], weights: Floats,
             context: BlockContext) -> Page:  # fmt: skip
    described = describe_blocks(blocks, context, in_full=True)
    return Page(f"{page.key}#{kind}", page.domain, page.gold, blocks, described, labels, weights, context, made=True)


def _fetched(folder: Path, key: str, url: str) -> FetchedPage:
    body = gzip.decompress((folder / "html" / f"{key}.html.gz").read_bytes())
    return FetchedPage(url=url, final_url=url, status=200, headers=(), body=body, fetched_at=NOW)


def _labels(gold: dict[str, Any], blocks: PageBlocks, rows: Floats,
            key: str) -> tuple[npt.NDArray[np.int64], Floats]:  # fmt: skip
    texts = [b.text for b in blocks.blocks]
    words = rows[:, 0]
    if gold.get("text"):
        share, ignored = label_blocks(texts, gold["text"], gold.get("optional") or [])
        labels = share >= 0.5
        # A page counts as much as any other, a block by its words; one that is half article says little.
        size = max(30.0, float((words * labels).sum()))
        weights = np.minimum(np.minimum(4 * np.sqrt(words) + words, 100) / size * np.abs(share - 0.5) * 2, 1.0)
    else:
        labels, ignored = label_snippets(texts, gold["with"], gold["without"])
        weights = np.minimum(np.sqrt(words) / 30, 0.3)
    weights = weights * SOURCE_WEIGHT.get(gold.get("source", ""), 1.0)
    weights[ignored] = 0
    menu = (rows[:, 2] > 0.7) & (words < 10) & ~labels  # of easy rows three tenths are enough, counted fully
    draw = np.random.RandomState(int(hashlib.sha256(key.encode()).hexdigest()[:8], 16))
    dropped = menu & (draw.rand(len(words)) < 0.7)
    weights[menu] /= 0.3
    weights[dropped] = 0
    return labels.astype(np.int64), weights.astype(np.float32)


def fit_forest(pages: Sequence[Page], rows: Mapping[str, Floats], *, seeds: Sequence[int] = (1,)) -> Forest:
    """A boosted forest over the pages' rows; the mean of several, where several seeds are given."""
    import lightgbm

    x = np.vstack([rows[p.key] for p in pages])
    y = np.concatenate([p.labels for p in pages])
    w = np.concatenate([p.weights for p in pages])
    used = w > 0
    settings = {
        "objective": "binary", "num_leaves": LEAVES, "learning_rate": 0.1, "min_data_in_leaf": 100,
        "feature_fraction": 0.15, "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 2.0, "num_threads": 1,
        "verbose": -1, "force_row_wise": True, "max_bin": 127, "deterministic": True,
    }  # fmt: skip
    trees: list[dict[str, Any]] = []
    for seed in seeds:
        data = lightgbm.Dataset(x[used], y[used], weight=w[used] / w[used].mean())
        dump = lightgbm.train({**settings, "seed": seed}, data, TREES).dump_model()
        trees.extend(tree["tree_structure"] for tree in dump["tree_info"])
    return forest_from_trees(trees, scale=1 / len(seeds))


def split_by_domain(pages: Sequence[Page], folds: int, salt: str = "") -> list[list[Page]]:
    """The pages in folds of about the same size, each domain in one; the same split every time for the same salt."""
    domains: dict[str, list[Page]] = {}
    for page in pages:
        domains.setdefault(page.domain, []).append(page)
    parts: list[list[Page]] = [[] for _ in range(folds)]

    def order(group: list[Page]) -> tuple[int, str]:
        return -len(group), hashlib.sha256((salt + group[0].domain).encode()).hexdigest()

    for group in sorted(domains.values(), key=order):
        min(parts, key=len).extend(group)
    return parts


def fit_both(pages: Sequence[Page]) -> tuple[Forest, Forest]:
    """The first model, and the second one that learns from out-of-fold scores of first models."""
    rows = {p.key: p.rows for p in pages}
    wide: dict[str, Floats] = {}
    for part in split_by_domain(pages, INNER_FOLDS):
        held = {p.key for p in part}
        model = fit_forest([p for p in pages if p.key not in held], rows)
        for p in part:
            scores = np.zeros(len(p.labels), np.float32)
            scores[p.described.asked] = model.probabilities(p.rows[p.described.asked])
            wide[p.key] = np.hstack([p.rows, score_rows(p.blocks, p.rows, scores)])
    return fit_forest(pages, rows), fit_forest(pages, wide, seeds=(2, 3))


def cross_validate(pages: Sequence[Page], folder: Path, salt: str = "") -> dict[str, str]:
    """For each page the text that is read with models which saw none of its domain; the way is that of a real page,
    second opinions included."""
    texts: dict[str, str] = {}
    for number, part in enumerate(split_by_domain(pages, FOLDS, salt)):
        held = {p.key for p in part}
        forests = fit_both([p for p in pages if p.key not in held])
        for page in part:
            if page.made:
                continue
            tree = parse_tree(decode_page(_fetched(folder, page.key, page.gold["url"])))
            assert tree is not None
            found = read_text(tree, collect_blocks(tree), title=page.context.title, lead=page.context.lead,
                              json_body=page.context.json_body, base=page.gold["url"], heading=page.context.heading,
                              forests=forests)  # fmt: skip
            texts[page.key] = "\n\n".join((*found.paragraphs, *found.tables))
        print(f"fold {number + 1} of {FOLDS} done", file=sys.stderr)
    return texts


def read_with_trafilatura(pages: Sequence[Page], folder: Path) -> dict[str, str]:
    """What trafilatura gives with its defaults, by page."""
    texts = {}
    for page in pages:
        if not page.made:
            body = _fetched(folder, page.key, page.gold["url"]).body
            texts[page.key] = trafilatura.extract(decode_bytes(body)) or ""
    return texts


def report(pages: Sequence[Page], texts: Mapping[str, str], theirs: Mapping[str, str], rounds: int = 1000) -> None:
    """Prints F1, share of good pages and snippet F1 by source, ours and trafilatura's, with 95 % intervals."""
    groups: dict[str, list[Page]] = {}
    for page in pages:
        if not page.made:
            groups.setdefault(page.gold["source"], []).append(page)
    news = [page for source in ("sh", "fe", "fu") for page in groups.get(source, [])]
    for source, group in [*sorted(groups.items()), *([("sh+fe+fu", news)] if news else [])]:
        full = [p for p in group if p.gold.get("text")]
        if full:
            a, b = ([score_page(p.gold["text"], p.gold.get("optional") or [], found[p.key]) for p in full]
                    for found in (texts, theirs))  # fmt: skip
            own, gap = bootstrap(a, b, [p.domain for p in full], rounds)
            good = [sum(s.f1 >= 0.95 for s in scores) / len(scores) for scores in (a, b)]
            precision, recall, f1 = combine(a)
            print(f"{source:8s} n={len(full):3d} P={precision:.4f} R={recall:.4f} "
                  f"F1={f1:.4f} [{own[0]:.4f}, {own[1]:.4f}] trafilatura {combine(b)[2]:.4f}, "
                  f"difference [{gap[0]:+.4f}, {gap[1]:+.4f}]; "
                  f"good {good[0]:.3f}, trafilatura {good[1]:.3f}")  # fmt: skip
        snips = [p for p in group if not p.gold.get("text")]
        if snips and source != "sh+fe+fu":
            f1s = []
            for found in (texts, theirs):
                counts = [score_snippets(p.gold["with"], p.gold["without"], found[p.key]) for p in snips]
                hit, missed, wrong = (sum(c[i] for c in counts) for i in range(3))
                f1s.append(2 * hit / (2 * hit + missed + wrong) if hit else 0.0)
            print(f"{source:8s} n={len(snips):3d} snippets F1={f1s[0]:.4f} trafilatura {f1s[1]:.4f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cv", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--split", default="", help="other divisions into folds, by any names: a,b,c")
    parser.add_argument("--cache", type=Path, help="keep the prepared pages here between runs")
    args = parser.parse_args()
    if args.cache and args.cache.exists():
        pages: list[Page] = pickle.loads(args.cache.read_bytes())
    else:
        pages = read_pages(args.data)
        if args.cache:
            args.cache.write_bytes(pickle.dumps(pages))
    if args.cv:
        theirs = read_with_trafilatura(pages, args.data)
        for salt in args.split.split(","):
            print(f"split {salt or 'by domain'}", flush=True)
            texts = cross_validate(pages, args.data, salt)
            if args.cache:
                args.cache.with_suffix(f".{salt}.texts.json").write_text(json.dumps(texts))
            report(pages, texts, theirs)
    if args.write:
        first, second = fit_both(pages)
        about = {
            "trained_on": f"{len(pages)} pages of {len({p.domain for p in pages})} domains, all of the collection",
            "split": f"out of fold by registered domain, {INNER_FOLDS} inner folds for the second model",
            "features": " ".join((*FEATURES, *SCORE_FEATURES)),
        }
        data = save_forests({"first": first, "second": second}, about)
        folder = Path(__file__).parents[2] / "extractors" / "pages"
        (folder / WEIGHTS).write_bytes(data)
        (folder / f"{WEIGHTS}.sha256.txt").write_text(hashlib.sha256(data).hexdigest() + "\n", encoding="ascii")
        print(f"wrote {len(data)} bytes")


if __name__ == "__main__":
    main()
