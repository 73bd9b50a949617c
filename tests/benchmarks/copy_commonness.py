"""Counts in how many reports each word stem stands and writes `warehouse/dedupe/commonness.npz` with its checksum.

    python -m tests.benchmarks.copy_commonness --shared DIR [--write]

From the stories and the gold texts of pages in `DIR/data` (not from `data/dedupe`, so that figures on it are not
flattered). What is shipped are 32-bit hashes of stems that three reports or more have, with a weight each: no words, no
text. Languages with fewer than eight reports are left out; a stem of several languages gets its lowest weight.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import py3langid

from warehouse.dedupe.words import NUMBER, lexicon, split_tokens

SCALE = 28  # a weight of 9 fits a byte


def reports(data: Path) -> Iterator[tuple[str, str]]:
    """Language and text of every report, repeated ones included."""
    for name in ("allsides", "allsides21", "basil", "t17"):
        for line in (data / "stories" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            yield "en", f"{row['title']}\n{row['text']}"
    for page in json.loads((data / "pages" / "gold.json").read_text(encoding="utf-8")).values():
        if page.get("text"):
            text = "\n".join(page["text"]) if isinstance(page["text"], list) else page["text"]
            yield py3langid.classify(text)[0], text


def count(data: Path) -> dict[int, int]:
    """Stem hash (upper 32 bits) to quantised weight."""
    stems: dict[str, Counter[int]] = {}
    documents: Counter[str] = Counter()
    seen: set[str] = set()
    for language, text in reports(data):
        if text[:300] in seen:
            continue
        seen.add(text[:300])
        documents[language] += 1
        words = (lexicon(language).word(token) for token in set(split_tokens(text)))
        stems.setdefault(language, Counter()).update({word[1] for word in words if not word[3] & NUMBER})
    weights: dict[int, int] = {}
    for language, counted in stems.items():
        n = documents[language]
        for stem, having in counted.items():
            if n < 8 or having < (4 if n > 500 else 3):
                continue
            weight = math.log((n + 1) / (having + 0.5))
            if n < 500:  # few reports: what is not in every third is rarer than it looks
                weight = min(weight + (0.0 if having > n * 0.3 else 1.0), 8.0)
            weights[stem >> 32] = min(weights.get(stem >> 32, 255), min(252, round(weight * SCALE)))
    return weights


def main() -> None:
    """Counts, then writes or says what would be written."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    weights = count(args.shared / "data")
    hashes = np.array(sorted(weights), dtype=np.uint32)
    values = np.array([weights[int(h)] for h in hashes], dtype=np.uint8)
    print(f"{len(hashes)} stems")
    if args.write:
        path = Path(__file__).parents[2] / "warehouse" / "dedupe" / "commonness.npz"
        np.savez_compressed(path, hashes=hashes, weights=values)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        path.with_name("commonness.npz.sha256").write_text(f"{digest}  commonness.npz\n", encoding="ascii")


if __name__ == "__main__":
    main()
