"""Where the spellings of words stand in a text, by what each stands for: one search for all of them.

Words of ASCII are looked for in the text with everything but ASCII's letters and digits made spaces, so that one which
borders on other letters still counts; all other spellings in the text's bytes, in lower case as far as ASCII goes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick, Implementation

_MOST_HITS = 5_000  # a text with more is a matter for whoever looks closer
_MOST_SPELLINGS = 64  # of one form; a form with more counts as found in every text
# Everything but ASCII's letters and digits becomes a space.
SPACED = bytes(byte if byte < 128 and chr(byte).isalnum() else 32 for byte in range(256))
_ASCII = bytes(range(128))
# Rare letters that case-fold to letters of ASCII's, but for those of German.
LIKE_ASCII = "\u017f\u212a\ufb00\ufb01\ufb02\ufb03\ufb04\ufb05\ufb06"

_Hits = list[tuple[int, int, int]]  # number of the spelling, start, end
_Spots = dict[int, list[tuple[int, int]]]


class Meaning(NamedTuple):
    """What a spelling found stands for: `key`, None for what only the matcher can tell.

    What stands in the text must be `exact`, if that is given; must not begin in lower case, if `capital`; must be a
    word, not a part of one, if `whole`.
    """

    key: object
    exact: bytes | None = None
    capital: bool = False
    whole: bool = False


@dataclass(slots=True)
class Found:
    """What stands in the text `raw`, by key. Where it stands is worked out where it matters: on few pages."""

    raw: bytes
    cut: int  # from here on: words that were put together
    ascii: _Hits
    other: _Hits
    keys: set[object]
    _spots: tuple[_Spots, _Spots] | None = None

    def spots(self) -> tuple[_Spots, _Spots]:
        """Where each spelling stands, by its number."""
        if self._spots is None:
            self._spots = defaultdict(list), defaultdict(list)
            for index, start, end in self.ascii:
                self._spots[0][index].append((start, end - 2))
            for index, start, end in self.other:
                self._spots[1][index].append((start, end))
        return self._spots


class SpellingIndex:
    """Says what stands in a text. `wanted`: forms (case-folded) and what each stands for; threads may share it."""

    def __init__(self, wanted: Iterable[tuple[str, Meaning]]) -> None:
        self._everywhere: set[object] = set()
        ascii_meanings: dict[bytes, list[Meaning]] = defaultdict(list)
        other_meanings: dict[bytes, list[Meaning]] = defaultdict(list)
        for form, meaning in wanted:
            spellings = _spellings(form)
            if spellings is None:
                self._everywhere.add(meaning.key)
            for text in spellings or ():
                if not text.isascii():
                    other_meanings[text].append(meaning)
                elif meaning.whole:
                    ascii_meanings[b" " + text + b" "].append(meaning)
                else:
                    ascii_meanings[b" " + text].append(meaning)
                    ascii_meanings[text + b" "].append(meaning)
        for letter in LIKE_ASCII:  # spellings with it are not looked for
            other_meanings[letter.encode()] = [Meaning(None)]
        self._ascii, self._other = _automaton(ascii_meanings), _automaton(other_meanings)
        self._ascii_spellings, self._other_spellings = map(_spellings_by_key, (ascii_meanings, other_meanings))
        self._other_meanings = list(other_meanings.values())
        # Without any of these letters a text has no such spelling: most have quotation marks and dashes only.
        self._letters = frozenset(letter for text in other_meanings for letter in text.decode() if letter > "\x7f")
        # Most spellings say what they stand for without another look.
        self._ascii_sure = [
            [m.key for m in several if m.exact is None and not m.capital] for several in ascii_meanings.values()
        ]
        self._ascii_unsure = {
            number: unsure for number, several in enumerate(ascii_meanings.values())
            if (unsure := [m for m in several if m.exact is not None or m.capital])
        }  # fmt: skip
        self.longest = max(map(len, (*ascii_meanings, *other_meanings)))  # `LIKE_ASCII` at least

    def is_everywhere(self, keys: frozenset[object]) -> bool:
        """Whether any of the keys counts as found in every text."""
        return bool(keys & self._everywhere)

    def find(self, plain: str, joined: str) -> Found | None:
        """What stands in the text, and in words that were put together out of it (lines); None where that can't be
        told."""
        raw = plain.encode("utf-8", "replace")
        cut = len(raw) + 1
        raw = b"\n".join((raw, joined.encode("utf-8", "replace")))
        spaced = b" " + raw.translate(SPACED) + b" "
        ascii_hits: _Hits = self._ascii.find_matches_as_indexes(spaced.lower(), overlapping=True)
        other_hits: _Hits = []
        if not self._letters.isdisjoint(raw.translate(None, _ASCII).decode()):
            other_hits = self._other.find_matches_as_indexes(raw.lower(), overlapping=True)
        if len(ascii_hits) + len(other_hits) > _MOST_HITS:
            return None
        keys = set(self._everywhere)
        seen = {hit[0] for hit in ascii_hits}
        keys.update(*(self._ascii_sure[index] for index in seen))
        if unsure := seen & self._ascii_unsure.keys():
            for index, start, end in ascii_hits:
                if index in unsure:
                    keys.update(m.key for m in self._ascii_unsure[index] if _fits_ascii(m, spaced, start, end))
        for index, start, end in other_hits:
            keys.update(m.key for m in self._other_meanings[index] if _fits_other(m, raw, start, end))
        if None in keys:
            return None
        return Found(raw, cut, ascii_hits, other_hits, keys)

    def places(self, key: object, found: Found) -> list[tuple[int, int]]:
        """Where the key's word stands, as (start, end) in bytes, in order; loose ones too."""
        places: list[tuple[int, int]] = []
        for spots, numbers in zip(found.spots(), (self._ascii_spellings[key], self._other_spellings[key]), strict=True):
            for number in spots.keys() & numbers:
                places += spots[number]
        if key in self._everywhere:
            places.append((found.cut, found.cut))
        places.sort()
        return places


def _fits_ascii(meaning: Meaning, spaced: bytes, start: int, end: int) -> bool:
    if meaning.exact is not None and meaning.exact != spaced[start + 1 : end - 1]:
        return False
    return not (meaning.capital and 97 <= spaced[start + 1] <= 122)


def _fits_other(meaning: Meaning, raw: bytes, start: int, end: int) -> bool:
    if meaning.whole and not (
        SPACED[raw[start - 1] if start else 32] == 32 and SPACED[raw[end] if end < len(raw) else 32] == 32
    ):  # a letter or digit of ASCII's stands at one end
        return False
    if meaning.exact is not None and meaning.exact != raw[start:end]:
        return False
    return not (meaning.capital and raw[start:end].decode()[0].islower())


def _spellings_by_key(meanings: Mapping[bytes, list[Meaning]]) -> Mapping[object, set[int]]:
    found: dict[object, set[int]] = defaultdict(set)
    for number, several in enumerate(meanings.values()):
        for meaning in several:
            found[meaning.key].add(number)
    return found


def _automaton(meanings: Mapping[bytes, list[Meaning]]) -> BytesAhoCorasick:
    # Twice as fast as the others, for a few megabytes.
    return BytesAhoCorasick(list(meanings), implementation=Implementation.DFA)


def _spellings(form: str) -> list[bytes] | None:
    """What case-folds to the form, in UTF-8, ASCII's letters in lower case only; None where that is too much."""
    tails: list[list[str]] = [[] for _ in form] + [[""]]
    for at in range(len(form) - 1, -1, -1):
        tails[at] = [form[at] + tail for tail in tails[at + 1]]
        for width in range(1, min(3, len(form) - at) + 1):
            for letter in folding_to().get(form[at : at + width], ()):
                tails[at] += [letter + tail for tail in tails[at + width]]
        if len(tails[at]) > _MOST_SPELLINGS:
            return None
    return [text.encode() for text in tails[0]]


@cache
def folding_to() -> Mapping[str, list[str]]:
    """Letters beyond ASCII by what they case-fold to, but for `LIKE_ASCII`."""
    found: dict[str, list[str]] = defaultdict(list)
    for letter in map(chr, (*range(0x80, 0x2E80), *range(0xA640, 0xAC00), *range(0xFB00, 0x1F000))):
        folded = letter.casefold()
        if folded != letter and letter not in LIKE_ASCII:
            found[folded].append(letter)
    return found
