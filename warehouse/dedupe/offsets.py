"""Where words of a reading stand in its text: computed only for the passages that are shown."""

from __future__ import annotations

import re

import numpy as np

from warehouse.dedupe.reading import Reading
from warehouse.dedupe.words import BEYOND_LATIN, CJK_RUN, LATIN_TOKEN, TOKEN


class WordOffsets:
    """Character ranges of single words; a sentence is cut into words when the first of them is asked for."""

    def __init__(self, r: Reading) -> None:
        self._reading = r
        count = max(1, r.sentence_count)
        counts = np.bincount(r.words.sentence, minlength=count)
        self._first: list[int] = np.concatenate(([0], np.cumsum(counts))).tolist()
        self._sentence = r.words.sentence
        self._pattern = TOKEN if BEYOND_LATIN.search(r.text) else LATIN_TOKEN
        self._cut: dict[int, list[tuple[int, int]]] = {}

    def of(self, word: int) -> tuple[int, int]:
        """The range of the word at a position of `r.words`."""
        sentence = int(self._sentence[word])
        ranges = self._cut.get(sentence)
        if ranges is None:
            start, end = self._reading.sentences[sentence]
            ranges = self._cut[sentence] = cut_words(self._reading.text, start, end, self._pattern)
        return ranges[word - self._first[sentence]]


def cut_words(text: str, start: int, end: int, pattern: re.Pattern[str] = TOKEN) -> list[tuple[int, int]]:
    """Character ranges of the words of a passage, as `split_tokens` cuts them."""
    if pattern is LATIN_TOKEN:
        return [match.span() for match in pattern.finditer(text, start, end)]
    found: list[tuple[int, int]] = []
    for match in TOKEN.finditer(text, start, end):
        if match.end() - match.start() > 1 and CJK_RUN.match(match.group()):
            found += [(i, i + 2) for i in range(match.start(), match.end() - 1)]
        else:
            found.append(match.span())
    return found
