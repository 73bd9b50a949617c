"""Which blocks of a page are its article, found by laying the gold text over them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tests.benchmarks.extraction_scores import GRAM, words_of

Gram = tuple[str, ...]
_NEAR = 12  # blocks on either side that tell which of two equal blocks stands in the article
_REACH = 40  # gold words beyond the outermost placed block in which a short block is looked for


def label_blocks(texts: Sequence[str], gold: str,
                 optional: Sequence[str]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:  # fmt: skip
    """For each block the share of it (0 to 1) that stands in the gold text, and whether it should be ignored.

    Every gold word is given to one block only, so that a repeated passage is article once. Blocks of fewer than four
    words count where the gold text has them between the placed blocks around. Ignored are the optional paragraphs.
    """
    wanted = words_of(gold)
    words = [words_of(t) for t in texts]
    grams = [_grams(w) for w in words]
    places: dict[Gram, list[int]] = defaultdict(list)
    for place, gram in enumerate(_grams(wanted)):
        places[gram].append(place)
    share = np.zeros(len(texts))
    found = [sum(g in places for g in gs) / len(gs) if gs else 0.0 for gs in grams]
    strong = np.array([len(w) if f >= 0.8 else 0 for w, f in zip(words, found, strict=True)], dtype=float)
    company = [strong[max(0, i - _NEAR) : i + _NEAR + 1].sum() - strong[i] for i in range(len(texts))]
    taken = np.zeros(len(wanted) + GRAM, dtype=bool)
    span: dict[int, tuple[int, int]] = {}
    long = [i for i in range(len(texts)) if grams[i]]
    for i in sorted(long, key=lambda i: (-(len(words[i]) // 8), -company[i], i)):
        if found[i] < 0.2:
            share[i] = found[i]
            continue
        marks = _free_places(grams[i], places, taken)
        share[i] = len(marks) / len(grams[i])
        if share[i] >= 0.5:
            for mark in marks:
                taken[mark : mark + GRAM] = True
            if max(marks) - min(marks) <= 2 * len(grams[i]):
                span[i] = (min(marks), max(marks) + GRAM)
    _label_short(words, wanted, span, share)
    return share, _optional(grams, words, optional)


def label_snippets(texts: Sequence[str], wanted: Sequence[str],
                   unwanted: Sequence[str]) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:  # fmt: skip
    """Which blocks hold a wanted snippet, and which ones to ignore because they hold none, or both kinds."""
    good = np.array([_holds(t, wanted) for t in texts], dtype=bool)
    bad = np.array([_holds(t, unwanted) for t in texts], dtype=bool)
    return good, good == bad


def _holds(text: str, snippets: Sequence[str]) -> bool:
    tidy = [" ".join(s.split()) for s in snippets]
    return any(s in text or (len(text) > 20 and text in s) for s in tidy)


def _grams(words: list[str]) -> list[Gram]:
    return list(zip(*(words[i:] for i in range(GRAM)), strict=False))


def _free_places(grams: list[Gram], places: dict[Gram, list[int]], taken: npt.NDArray[np.bool_]) -> list[int]:
    """Where in the gold text the block's grams stand, on or near the diagonal that most of them share."""
    votes = Counter(place - i for i, gram in enumerate(grams) for place in places.get(gram, ()))
    shift = votes.most_common(1)[0][0]
    marks = []
    for i, gram in enumerate(grams):
        free = [p for p in places.get(gram, ()) if not taken[p + 1]]
        if free:
            marks.append(min(free, key=lambda p: abs(p - i - shift)))
    return marks


def _label_short(words: list[list[str]], wanted: list[str], span: dict[int, tuple[int, int]],
                 share: npt.NDArray[np.float64]) -> None:  # fmt: skip
    placed = sorted(span)
    if not placed:
        return
    for i, short in enumerate(words):
        if not 0 < len(short) < GRAM:
            continue
        before = [j for j in placed if j < i]
        after = [j for j in placed if j > i]
        high = span[after[0]][0] + 1 if after else span[before[-1]][1] + _REACH
        low = span[before[-1]][1] - 1 if before else high - _REACH
        share[i] = any(wanted[p : p + len(short)] == short for p in range(max(0, low), high - len(short) + 1))


def _optional(grams: list[list[Gram]], words: list[list[str]], optional: Sequence[str]) -> npt.NDArray[np.bool_]:
    known: set[Gram] = set()
    for paragraph in optional:
        these = words_of(paragraph)
        known.update(_grams(these) or [tuple(these)])
    own = [gs or [tuple(w)] for gs, w in zip(grams, words, strict=True)]
    return np.array([bool(known) and sum(g in known for g in gs) / len(gs) > 0.6 for gs in own], dtype=bool)
