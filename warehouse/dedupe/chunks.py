"""A text cut at its white space: what each chunk (`said,”`) gives in words, and whether a sentence may end with it.

Chunks come again as words do. What was found out about one is kept, so that most of a text is looked up, all its
chunks at once, instead of cut by patterns: the same words in the same sentences (see the tests) in half the time.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from functools import cache
from itertools import accumulate, pairwise
from typing import Final

import numpy as np

from warehouse.dedupe.words import CJK_RUN, Lexicon, cutter_of

LONGEST: Final = 60  # characters; what has no white space for longer is not worth keeping
LIMIT: Final = 200_000
PUNCTUATION: Final = ".,;:!?()\"“”„"
LONGEST_TEXT: Final = 100_000

SENTENCE_END: Final = re.compile(
    r"(?<=[.!?…])[\"”’»)\]]*\s+(?=[\"“‘„«(\[]?[^\W\d_a-zà-ÿ])"
    r"|(?<=[。！？])[」』”]?|\n\s*|(?<=[.!?][\"”’»)])\s+(?=[^\W\d_a-z])"
)
CJK_END: Final = re.compile(r"[。！？]")
BY_PATTERN: Final = re.compile(f"{CJK_RUN.pattern}|{CJK_END.pattern}")
ABBREVIATION: Final = re.compile(
    r"(?:^|[\s(])(?:[A-Z]|Mr|Mrs|Ms|Dr|St|Sen|Rep|Gov|Gen|Lt|Col|Inc|Corp|No|vs|Jr|bzw|ca|Nr)\.$"
)

# The same alternatives of SENTENCE_END, as what stands before and behind the white space.
_ENDS: Final = re.compile(r"[.!?…][\"”’»)\]]*$")
_ENDS_QUOTED: Final = re.compile(r"[.!?][\"”’»)]$")
_BEGINS: Final = re.compile(r"[\"“‘„«(\[]?[^\W\d_a-zà-ÿ]")
_BEGINS_SMALL: Final = re.compile(r"[à-ÿ]")
_CLOSING: Final = "\"”’»)]"
_LAST: Final = frozenset(f".!?…{_CLOSING}")
ENDS, ENDS_QUOTED, BEGINS, BEGINS_SMALL = 1, 2, 4, 8


Found = tuple[np.ndarray, np.ndarray]


class ChunkTable:
    """What is known of the chunks of one language; a memo of a pure function, emptied when it grows too large."""

    def __init__(self, words: Lexicon) -> None:
        self._words = words
        self._clear()

    def _clear(self) -> None:
        self._places = PlaceTable()
        self._first = array("i")  # where the chunk's words begin in `_members`
        self._count = array("i")
        self._marks = array("B")
        self._members = array("i")
        self._epoch = self._words.epoch

    def read(self, texts: Sequence[str], *, most_words: int) -> list[Found | None]:
        """For each text the places of its words in the lexicon, and the number of the sentence of each; at most
        `most_words` and what is left of the sentence. None for a text that must be cut by patterns (Chinese, or with
        very long chunks). The texts have at most `LONGEST_TEXT` characters together, with one more for each.
        """
        found: list[Found | None] = [None] * len(texts)
        wanted = [i for i, text in enumerate(texts) if text.isascii() or not BY_PATTERN.search(text)]
        whole = "\n".join([texts[i] for i in wanted])
        starts, ends, hashes, lines = cut_chunks(whole)
        if len(starts) == 0:
            nothing = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int32))
            return [nothing if i in wanted else None for i in range(len(texts))]
        if len(self._first) > LIMIT or self._epoch != self._words.epoch:
            self._clear()
        at = self._places.find(hashes)
        missing = np.flatnonzero(at < 0)
        offsets = np.cumsum([0] + [len(texts[i]) + 1 for i in wanted])
        bounds = np.searchsorted(starts, offsets)
        long = missing[(ends - starts)[missing] > LONGEST]
        if len(long):
            by_pattern = {wanted[i] for i in np.searchsorted(bounds, long, side="right") - 1}
            rest = [i for i in wanted if i not in by_pattern]
            again = self.read([texts[i] for i in rest], most_words=most_words)
            for i, one in zip(rest, again, strict=True):
                found[i] = one
            return found
        if len(missing):
            fresh, first, back = np.unique(hashes[missing], return_index=True, return_inverse=True)
            places = self._add([whole[starts[i] : ends[i]] for i in missing[first].tolist()])
            if self._epoch != self._words.epoch:  # the lexicon was emptied meanwhile: what was found is void
                return found
            self._places.add(fresh, places)
            at[missing] = places[back]
        for i, one in zip(wanted, self._words_of(at, lines, bounds.tolist(), most_words), strict=True):
            found[i] = one
        return found

    def _words_of(self, at: np.ndarray, lines: np.ndarray, bounds: list[int], most_words: int) -> list[Found]:
        """The words of each text: the chunks up to the next of the `bounds`."""
        marks = np.frombuffer(self._marks, dtype=np.uint8)[at]
        before, behind = marks[:-1], marks[1:]
        begins = np.zeros(len(at), dtype=bool)
        begins[1:] = ((before & ENDS) > 0) & ((behind & BEGINS) > 0)
        begins[1:] |= ((before & ENDS_QUOTED) > 0) & ((behind & BEGINS_SMALL) > 0)
        begins[1:] |= lines[1:] != lines[:-1]
        first = np.frombuffer(self._first, dtype=np.int32)[at]
        count = np.frombuffer(self._count, dtype=np.int32)[at]
        edges = np.zeros(len(at) + 1, dtype=np.int64)
        count.cumsum(out=edges[1:])
        total = int(edges[-1])
        where = np.arange(total) + np.repeat(first - edges[:-1], count)
        places = np.frombuffer(self._members, dtype=np.int32)[where].astype(np.int64)
        sentence = np.repeat(begins.cumsum(dtype=np.int32), count)
        fresh = np.zeros(total, dtype=np.int32)
        fresh[1:] = sentence[1:] != sentence[:-1]
        sentence = fresh.cumsum(dtype=np.int32)
        found: list[Found] = []
        for low, high in pairwise(edges[bounds].tolist()):
            if high - low > most_words:
                high = int(np.searchsorted(sentence, sentence[low + most_words - 1], side="right"))
            own = sentence[low:high]
            found.append((places[low:high], own - own[0] if low < high else own))
        return found

    def _add(self, chunks: list[str]) -> np.ndarray:
        """Takes up chunks that were not known; gives their numbers."""
        cut = cutter_of(" ".join(chunks))
        # What has letters alone between punctuation is one word.
        tokens = [[bare] if (bare := chunk.strip(PUNCTUATION)).isalpha() else cut(chunk) for chunk in chunks]
        counts = [len(found) for found in tokens]
        begin, number = len(self._members), len(self._first)
        self._members.extend(self._words.places([token for found in tokens for token in found]))
        self._count.extend(counts)
        self._first.extend(accumulate(counts[:-1], initial=begin))
        self._marks.extend(map(marks_of, chunks))
        return np.arange(number, number + len(chunks), dtype=np.int32)


def marks_of(chunk: str) -> int:
    """Whether a sentence may end behind a chunk or begin with it, as bits."""
    marks = 0
    if chunk[-1] in _LAST and _ENDS.search(chunk):
        if not ABBREVIATION.search(chunk.rstrip(_CLOSING)):
            marks |= ENDS
        if _ENDS_QUOTED.search(chunk):
            marks |= ENDS_QUOTED
    if "a" <= chunk[0] <= "z":
        return marks
    if "A" <= chunk[0] <= "Z" or _BEGINS.match(chunk):
        marks |= BEGINS
    elif _BEGINS_SMALL.match(chunk):
        marks |= BEGINS_SMALL
    return marks


class PlaceTable:
    """Numbers of 64-bit keys: open addressing in arrays, so that hundreds of keys are looked up at once."""

    def __init__(self) -> None:
        self._bits = 15
        self._keys = np.zeros(1 << self._bits, dtype=np.uint64)  # 0: free
        self._values = np.zeros(1 << self._bits, dtype=np.int32)
        self._used = 0

    def find(self, keys: np.ndarray) -> np.ndarray:
        """The number of each key, -1 where there is none."""
        slot = (keys >> np.uint64(64 - self._bits)).astype(np.int64)
        held = self._keys[slot]
        found = np.where(held == keys, self._values[slot], np.int32(-1))
        pending = np.flatnonzero((held != keys) & (held != 0))
        slot = slot[pending]
        while len(pending):
            slot = (slot + 1) & (len(self._keys) - 1)
            held = self._keys[slot]
            hit = held == keys[pending]
            found[pending[hit]] = self._values[slot[hit]]
            going = ~hit & (held != 0)
            pending, slot = pending[going], slot[going]
        return found

    def add(self, keys: np.ndarray, values: np.ndarray) -> None:
        """Adds distinct keys that are not there yet."""
        self._used += len(keys)
        if 2 * self._used > len(self._keys):
            held = self._keys != 0
            keys, values = np.concatenate((keys, self._keys[held])), np.concatenate((values, self._values[held]))
            while 2 * self._used > 1 << self._bits:
                self._bits += 1
            self._keys = np.zeros(1 << self._bits, dtype=np.uint64)
            self._values = np.zeros(1 << self._bits, dtype=np.int32)
        slot = (keys >> np.uint64(64 - self._bits)).astype(np.int64)
        while len(keys):
            _, first = np.unique(slot, return_index=True)
            first = first[self._keys[slot[first]] == 0]  # one key a free slot; the others go on to the next
            self._keys[slot[first]], self._values[slot[first]] = keys[first], values[first]
            left = np.ones(len(keys), dtype=bool)
            left[first] = False
            keys, values, slot = keys[left], values[left], (slot[left] + 1) & (len(self._keys) - 1)


def cut_chunks(text: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Start, end, 64-bit hash and line of each chunk of a text (what stands between white space, as `str.split`).

    The hash is a polynomial in the characters, whatever stands around the chunk. Two chunks of one hash, of which there
    are none by chance, would be taken for the same words.
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    small = bool(len(codes) == 0 or codes.max() < TABLED)
    ink = np.zeros(len(codes) + 2, dtype=np.int8)
    ink[1:-1] = INK[codes] if small else INK[np.minimum(codes, TABLED - 1)]
    edges = np.flatnonzero(ink[1:] != ink[:-1])
    starts, ends = edges[::2], edges[1::2]
    lines = np.cumsum(codes == 10, dtype=np.int32)[starts]
    with np.errstate(over="ignore"):
        values = VALUES[codes] if small else spread(codes)
        sums = np.zeros(len(codes) + 1, dtype=np.uint64)
        np.cumsum(values * POWERS[: len(codes)], out=sums[1:])
        hashes = (sums[ends] - sums[starts]) * INVERSES[starts]
        hashes = spread(hashes)
    return starts, ends, hashes, lines


def spread(values: np.ndarray) -> np.ndarray:
    """Other 64 bits for each value, evenly spread, never 0 (the finaliser of SplitMix64, Steele et al. 2014)."""
    with np.errstate(over="ignore"):
        z = values.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray((z ^ (z >> np.uint64(31))) | np.uint64(1))


def powers_of(base: int, count: int) -> np.ndarray:
    """The powers of a number, from the zeroth on, modulo 2**64."""
    found = np.full(count, base, dtype=np.uint64)
    found[0] = 1
    with np.errstate(over="ignore"):
        return np.asarray(np.multiply.accumulate(found))


TABLED: Final = 0x3002  # beyond the last character that counts as white space
INK: Final = np.array([not chr(i).isspace() for i in range(TABLED)], dtype=np.int8)
VALUES: Final = spread(np.arange(TABLED))
BASE: Final = 0xD6E8FEB86659FD93
POWERS: Final = powers_of(BASE, LONGEST_TEXT)
INVERSES: Final = powers_of(pow(BASE, -1, 2**64), LONGEST_TEXT)


@cache
def chunk_table_of(words: Lexicon) -> ChunkTable:
    """The chunks of the language of a lexicon."""
    return ChunkTable(words)
