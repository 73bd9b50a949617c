"""Words as numbers: what a surface word is worth, whatever article it stands in.

Every token becomes a surface hash (lower case), a stem hash, a weight (how rare the stem is in news, from a shipped
table of hashed document frequencies, never from the corpus at hand: a verdict must not change because the warehouse
grew) and flags. Chinese, Japanese and Korean runs become overlapping pairs of characters.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, cast

import numpy as np
import snowballstemmer

from warehouse.dedupe.weights import load_arrays

NUMBER: Final = 1
CAPITAL: Final = 2
PAIR: Final = 4  # two characters of a script without spaces
LETTERS: Final = 8

CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
TOKEN: Final = re.compile(rf"[{CJK}]+|[^\W\d_{CJK}]+(?:['’][^\W\d_{CJK}]+)*|\d+(?:[.,:/]\d+)*")
CJK_RUN: Final = re.compile(rf"[{CJK}]")
# Most texts have Latin letters and typographic marks only: with the letters listed, TOKEN runs in half the time.
LATIN_END: Final = 0x250
_LATIN: Final = "".join(c for c in map(chr, range(LATIN_END)) if re.fullmatch(r"[^\W\d_]", c))
LATIN_TOKEN: Final = re.compile(rf"[{_LATIN}]+(?:['’][{_LATIN}]+)*|[0-9]+(?:[.,:/][0-9]+)*")
BEYOND_LATIN: Final = re.compile(r"[^\x00-\u024f\u2010-\u203a\u20ac]")

STEMMERS: Final = {"en": "english", "de": "german", "fr": "french", "es": "spanish"}

# Written-out small numbers, so that "three" and "3" agree.
NUMBER_WORDS: Final = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve",
    "de": "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf dix onze douze",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce",
}
MAX_WEIGHT: Final = 9.0
BY_STEM: Final = -1.0

Word = tuple[int, int, float, int]
Columns = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True, slots=True)
class Words:
    """A run of words: surface and stem hashes, weights (0 to 9), flags; `sentence` numbers the sentence of each."""

    surface: np.ndarray
    stem: np.ndarray
    weight: np.ndarray
    flags: np.ndarray
    sentence: np.ndarray

    def __len__(self) -> int:
        return len(self.surface)


def hash_word(text: str) -> int:
    """64 bits of BLAKE2b: the same on every machine."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "little")


def hash_words(texts: Sequence[str]) -> np.ndarray:
    """`hash_word` of many."""
    digests = [hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest() for text in texts]
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


class Lexicon:
    """The words of one language, each analysed once; a memo of a pure function, emptied when it grows too large."""

    _surface: np.ndarray
    _stems: np.ndarray
    _weight: np.ndarray
    _flags: np.ndarray

    def __init__(self, language: str, *, limit: int = 400_000) -> None:
        self._place: dict[str, int] = {}
        self._limit = limit
        self.epoch = 0
        self._stemmer = snowballstemmer.stemmer(STEMMERS[language]) if language in STEMMERS else None
        if self._stemmer is not None:
            self._stemmer.maxCacheSize = 0  # no word comes twice: its memory would take longer than it saves
        self._numbers = {w: str(i) for i, w in enumerate(NUMBER_WORDS.get(language, "").split()) if i > 1}
        self._make_room(4_096)

    def words(self, tokens: Sequence[str]) -> Columns:
        """Surface hashes, stem hashes, weights (0 to 9) and flags of the tokens, an array each."""
        return self.at(np.array(self.places(tokens), dtype=np.int64))

    def at(self, places: np.ndarray) -> Columns:
        """The same of words by their places."""
        return self._surface[places], self._stems[places], self._weight[places], self._flags[places]

    def places(self, tokens: Sequence[str]) -> list[int]:
        """Where the tokens stand; they keep their places as long as `epoch` stays the same."""
        place = self._place
        if len(place) >= self._limit:
            place.clear()
            self.epoch += 1
        found = list(map(place.get, tokens))
        if None in found:
            missing = [i for i, known in enumerate(found) if known is None]
            self._add({tokens[i] for i in missing})
            for i in missing:
                found[i] = place[tokens[i]]
        return cast(list[int], found)

    def word(self, token: str) -> Word:
        """Surface hash, stem hash, weight (0 to 9) and flags of a token."""
        surface, stem, weight, flags = self._analyse(token)
        return surface, stem, float(weights_of(np.array([stem], dtype=np.uint64))[0]) if weight < 0 else weight, flags

    def _add(self, tokens: Collection[str]) -> None:
        """Analyses tokens that have no place yet and gives them one; plain words together, and numbers together."""
        plain: dict[str, str] = {}
        numbers: dict[str, str] = {}
        others: list[str] = []
        for token in tokens:
            if token[0].isdigit():
                numbers[token] = plain_number(token)
                continue
            lower = token.lower()
            if lower.isalpha() and lower not in self._numbers and (lower.isascii() or not CJK_RUN.match(lower)):
                plain[token] = lower
            else:
                others.append(token)
        if plain:
            flags = [LETTERS | CAPITAL if token[0].isupper() else LETTERS for token in plain]
            self._put(plain, *self._hashes(list(plain.values())), BY_STEM, flags)
        if numbers:
            hashes = hash_words(list(numbers.values()))
            self._put(numbers, hashes, hashes, [number_weight(number) for number in numbers.values()], NUMBER)
        if others:
            self._put(others, *zip(*map(self._analyse, others), strict=True))

    def _put(self, tokens: Collection[str], surface: Any, stems: Any, weight: Any, flags: Any) -> None:
        first, end = len(self._place), len(self._place) + len(tokens)
        while end > len(self._surface):
            self._make_room(2 * len(self._surface))
        self._surface[first:end], self._stems[first:end], self._flags[first:end] = surface, stems, flags
        given = np.asarray(weight, dtype=np.float32)
        self._weight[first:end] = np.where(given < 0, weights_of(self._stems[first:end]), given)
        self._place.update(zip(tokens, range(first, end), strict=True))

    def _hashes(self, words: list[str]) -> tuple[np.ndarray, np.ndarray]:
        """Surface and stem hashes of words in small letters."""
        surface = hash_words(words)
        if self._stemmer is None:
            return surface, surface
        cut = self._stemmer.stemWords(words)
        changed = [i for i, (word, stem) in enumerate(zip(words, cut, strict=True)) if word != stem]
        stems = surface.copy()
        stems[changed] = hash_words([cut[i] for i in changed])
        return surface, stems

    def _make_room(self, size: int) -> None:
        kept = len(self._place)
        kinds = {"_surface": np.uint64, "_stems": np.uint64, "_weight": np.float32, "_flags": np.uint8}
        for name, kind in kinds.items():
            grown = np.zeros(size, dtype=kind)
            if kept:
                grown[:kept] = getattr(self, name)[:kept]
            setattr(self, name, grown)

    def _analyse(self, token: str) -> Word:
        """As `word`, with `BY_STEM` for a weight that the table of stems has."""
        if token[0].isdigit():
            number = plain_number(token)
            hashed = hash_word(number)
            return hashed, hashed, number_weight(number), NUMBER
        lower = token.lower().replace("’", "'")
        if CJK_RUN.match(token):
            hashed = hash_word(lower)
            return hashed, hashed, BY_STEM, PAIR
        if lower.endswith("'s"):
            lower = lower[:-2]
        surface = hash_word(lower)
        if lower in self._numbers:
            hashed = hash_word(self._numbers[lower])
            return surface, hashed, 2.0, LETTERS
        stem = surface
        if self._stemmer and lower.isalpha() and (cut := self._stemmer.stemWord(lower)) != lower:
            stem = hash_word(cut)
        flags = LETTERS | (CAPITAL if token[0].isupper() else 0)
        return surface, stem, BY_STEM, flags


def lexicon(language: str) -> Lexicon:
    """The lexicon of a language; one for all that we have no stemmer for."""
    return _lexicon(language if language in STEMMERS else "")


@cache
def _lexicon(language: str) -> Lexicon:
    return Lexicon(language)


def number_weight(number: str) -> float:
    """How telling a number is: the more digits, the more."""
    return 3.0 if len(number) < 2 else 4.5 if len(number) < 3 else 6.0


def plain_number(token: str) -> str:
    """A number without grouping: `1,200` and `1.200` become `1200`; `2.5` and `2,5` become `2.5`."""
    if token.isdigit():
        return token.lstrip("0") or "0"
    parts = re.split(r"[.,]", token)
    if len(parts) == 1 or not all(p.isdigit() for p in parts):
        return token.lstrip("0") or "0"
    if all(len(p) == 3 for p in parts[1:]) and len(parts[0]) <= 3 and parts[0] != "0":
        return "".join(parts).lstrip("0") or "0"
    if len(parts) > 2 and all(len(p) == 3 for p in parts[1:-1]):
        return ("".join(parts[:-1]).lstrip("0") or "0") + "." + parts[-1].rstrip("0")
    if len(parts) == 2:
        fraction = parts[1].rstrip("0")
        return (parts[0].lstrip("0") or "0") + (f".{fraction}" if fraction else "")
    return token


def split_tokens(text: str) -> list[str]:
    """The tokens of a passage, in order; a run of Chinese, Japanese or Korean becomes pairs of characters."""
    return cutter_of(text)(text)


def cutter_of(text: str) -> Callable[[str], list[str]]:
    """What cuts a text, or a part of it, into tokens: the quickest pattern that gives the same tokens."""
    if not BEYOND_LATIN.search(text):
        return LATIN_TOKEN.findall
    return _cut_pairs if CJK_RUN.search(text) else TOKEN.findall


def _cut_pairs(text: str) -> list[str]:
    tokens: list[str] = []
    for token in TOKEN.findall(text):
        if CJK_RUN.match(token) and len(token) > 1:
            tokens += [token[i : i + 2] for i in range(len(token) - 1)]
        else:
            tokens.append(token)
    return tokens


def weights_of(stems: np.ndarray) -> np.ndarray:
    """How telling stems are: 0 for one in every report, 9 for one that is in no table."""
    hashes, weights = _commonness()
    keys = (stems >> np.uint64(32)).astype(hashes.dtype)
    at = np.minimum(np.searchsorted(hashes, keys), len(hashes) - 1)
    return np.where(hashes[at] == keys, weights[at] / 28.0, MAX_WEIGHT).astype(np.float32)


@cache
def _commonness() -> tuple[np.ndarray, np.ndarray]:
    arrays = load_arrays(files("warehouse.dedupe") / "commonness.npz")
    return arrays["hashes"], arrays["weights"]
