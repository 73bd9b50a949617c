"""Kinds of copies that judges never saw: each made kind held out in turn, and kinds made from other texts.

    python -m tests.benchmarks.copy_kinds --shared DIR --cache DIR [--reuse]

The judges are fitted as `train_copies` does, without the kinds in question; what is asked is how many pairs of those
they call copies. Kinds that one rule makes are held out together; then all reuse, whatever the rule, at once. Last the
same of pairs made from the texts of `DIR/data/pages`, on which nothing is trained. `--reuse`: only what is about reuse.
Nothing is written but the cache.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from typing import Final

import numpy as np

from tests.benchmarks.copy_reuse import make_reuse
from tests.benchmarks.copy_sets import make_pairs
from tests.benchmarks.train_copies import (
    Examples,
    blur_titles,
    cached,
    dedupe_examples,
    fit_whether,
    join,
    made_examples,
    made_sets,
)

IMITATED: Final = ("light reuse", "heavy reuse", "mixed reuse")  # made by one rule: held out together


def reuse_of(kinds: list[str]) -> list[str]:
    """The kinds that are reuse."""
    return [k for k in kinds if k in IMITATED or k.startswith("retold ")]


def leave_kinds_out(labelled: Examples, extra: Examples, *, only_reuse: bool) -> None:
    """Prints how many pairs of each made kind are called copies by judges that never saw it."""
    kinds = sorted({str(k) for k in extra.kind if not str(k).startswith("template ")})
    alone = [k for k in kinds if k not in IMITATED and (not only_reuse or k in reuse_of(kinds))]
    every = reuse_of(kinds)
    groups = [("", list(IMITATED)), *(("", [k]) for k in alone), ("all reuse, ", every)]
    groups.append(("all reuse but from notes, ", [k for k in every if k != "retold notes"]))
    for title, held in groups:
        whether = fit_whether(join([labelled, extra.part(~np.isin(extra.kind, held))]))
        said = whether.predict_proba(extra.rows)[:, 1] >= 0.5
        for kind in held:
            rows = extra.kind == kind
            wanted = "should be 1" if extra.copy[rows][0] else "should be 0"
            print(f"left out {title}{kind}: called copies {said[rows].mean():.4f} ({wanted}, {rows.sum()})", flush=True)


def pages(file: Path) -> list[tuple[str, str, str]]:
    """(title, text, topic) of the English texts of `data/pages`: other sites, other matter, never trained on."""
    rows = []
    for key, row in sorted(json.loads(file.read_text(encoding="utf-8")).items()):
        text = row.get("text") or ""
        words = text.lower().split()
        if 150 < len(words) < 1200 and {"the", "and", "of", "to", "in"} <= set(words):
            rows.append((text.split("\n")[0][:80], text, key))
    return rows


def other_pairs(file: Path) -> Examples:
    """Imitated copies and near misses of `pages`."""
    texts = pages(file)
    kinds = (*IMITATED, "rewritten", "translations", "background", "other facts")
    pairs = make_pairs(texts, random.Random(3), kinds=kinds) + make_reuse(texts, random.Random(3))
    return blur_titles(made_examples(pairs, 0.6), 3)


def judge_other_texts(labelled: Examples, extra: Examples, others: Examples) -> None:
    """Prints how many pairs made from other texts are called copies, reuse held out as in `leave_kinds_out`."""
    every = reuse_of(sorted(set(map(str, extra.kind))))
    for title, held in (("one rule of reuse", list(IMITATED)), ("all reuse", every)):
        whether = fit_whether(join([labelled, extra.part(~np.isin(extra.kind, held))]))
        said = whether.predict_proba(others.rows)[:, 1] >= 0.5
        for kind in sorted(set(map(str, others.kind))):
            rows = others.kind == kind
            wanted = "should be all" if others.copy[rows][0] else "should be 0"
            print(f"other texts, left out {title}: {kind}: {said[rows].sum()} of {rows.sum()} ({wanted})", flush=True)


def main() -> None:
    """Builds or loads the examples, then prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--reuse", action="store_true")
    args = parser.parse_args()
    labelled = cached(args.cache / "labelled.pkl", lambda: dedupe_examples(args.shared / "data" / "dedupe"))
    made, templates, _ = made_sets(args.shared, args.cache)
    extra = join([*made, templates])
    others = cached(args.cache / "pages.pkl", lambda: other_pairs(args.shared / "data" / "pages" / "gold.json"))
    judge_other_texts(labelled, extra, others)
    leave_kinds_out(labelled, extra, only_reuse=args.reuse)


if __name__ == "__main__":
    main()
