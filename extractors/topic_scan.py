"""Whether a text can hold a topic at all, by one search for the topics' words: a small part of the cost of matching.

What it asks is necessary for a match, never sufficient. `TopicMatcher` needs a phrase, two terms, or a term or context
word beside an entity. The text that it will be shown is made of pieces of the one that is scanned; nobody knows yet of
which, nor in what order. So the words of a phrase must follow one another here, or stand at the ends of pieces; weak
words may stand anywhere.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import unescape
from itertools import islice, pairwise
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick, Implementation

from extractors.pages.decode import repair_twice_encoded
from extractors.topics import NEAR, Role, TopicMatcher, Use, Word
from extractors.word_forms import HAS_CJK

JOINT = "\x01"  # between pieces, and where something was taken out of the text: perhaps out of the middle of a word

# Texts with more words cut, or with more words of topics, are a matter for the matcher itself.
_MOST_JOINS, _MOST_HITS = 4_000, 5_000
_MOST_SPELLINGS = 64  # of one form; a form with more counts as found in every text
_AROUND = 300  # bytes in which the end of a piece is looked for
# Words, with room for those of a surface that are not looked for. With Chinese in it a text is measured by the
# character, which is narrower.
_NEAR = NEAR + 20
_END = JOINT.encode()
# A cut between what may be two halves of a word, with the latter one. Entities may be cut as well.
_INNER_JOINT = re.compile(rf"{JOINT}(?<=[\w&#;]{JOINT}){JOINT}*+([\w&#;]++)")
# Everything but ASCII's letters and digits becomes a space: a word that borders on other letters still counts as one.
_SPACED = bytes(byte if byte < 128 and chr(byte).isalnum() else 32 for byte in range(256))
_ASCII, _BEYOND = bytes(range(128)), bytes(range(128, 256))
_ASCII_LETTERS = frozenset(_ASCII.decode())
# A word, or several with no ASCII between them; not what is all beyond ASCII, since that may be a quotation mark.
_SURE_WORD = re.compile(rb"[0-9A-Za-z][0-9A-Za-z\x80-\xff]*+")
# Rare letters that case-fold to letters of ASCII's, but for those of German.
_LIKE_ASCII = "\u017f\u212a\ufb00\ufb01\ufb02\ufb03\ufb04\ufb05\ufb06"
# Words that hardly any text is without: a phrase is looked for by its others.
_COMMON = frozenset((
    "the", "of", "on", "in", "to", "at", "for", "by", "from", "with", "over", "and", "or", "not", "its", "a", "an",
    "is", "s", "u", "von", "der", "die", "das", "den", "dem", "des", "auf", "nach", "mit", "für", "und", "zum",
    "zur", "zu", "durch", "unter", "nicht", "le", "la", "les", "l", "de", "du", "d", "en", "dans", "sur", "aux",
    "au", "à", "et", "el", "los", "las", "del", "al", "y", "que", "una", "un", "por", "para",
))  # fmt: skip


class _Meaning(NamedTuple):
    """What a spelling found stands for: `key`, None for what only the matcher can tell.

    What stands in the text must be `exact`, if that is given; must not begin in lower case, if `capital`; must be a
    word, not a part of one, if `whole`.
    """

    key: object
    exact: bytes | None = None
    capital: bool = False
    whole: bool = False


class _Link(NamedTuple):
    """A word of a surface that is looked for, and how many words that are not stand before it."""

    key: int
    skipped: int


_Use = tuple[int, Role, str]  # topic, role, label
_Weak = tuple[Role, str, frozenset[object], "tuple[_Link, ...]"]  # the same without its topic, with its words
_Looked = tuple[frozenset[object], tuple[_Link, ...], tuple[_Use, ...]]  # keys, the same in order, what they stand for
_Meanings = dict[bytes, list[_Meaning]]
_Hits = list[tuple[int, int, int]]  # number of the spelling, start, end
_Spots = dict[int, list[tuple[int, int]]]


@dataclass(slots=True)
class _Found:
    """What stands in a text, by key. Where it stands is worked out where it matters: on few pages."""

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


class TopicScan:
    """Says of a text whether `matcher` could find a topic in it. Built in a tenth of a second; threads may share it."""

    def __init__(self, matcher: TopicMatcher) -> None:
        self._surfaces: dict[object, list[_Looked]] = defaultdict(list)
        self._strings: dict[object, list[tuple[frozenset[object], _Use]]] = defaultdict(list)
        self._everywhere: set[object] = set()
        ascii_meanings: _Meanings = defaultdict(list)  # in texts spaced and lowered
        other_meanings: _Meanings = defaultdict(list)  # in texts lowered, as far as ASCII goes

        def want(form: str, meaning: _Meaning) -> None:
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

        numbers: dict[Word, int] = {}
        for surface in matcher.surfaces():
            chain = _chain(surface.words, numbers)
            rarest = max(zip(chain, _rare(surface.words), strict=True), key=lambda pair: _length(pair[1]))[0]
            needed = frozenset[object](link.key for link in chain)
            self._surfaces[rarest.key].append((needed, chain, _told(surface.uses)))
        for word, number in numbers.items():
            exact = word.exact.encode() if word.exact is not None else None
            for form in word.forms:
                want(form, _Meaning(number, exact, word.capital, whole=True))
        for part, uses in matcher.compound_parts():
            self._surfaces["part", part].append((frozenset([("part", part)]), (), _told(uses)))
            want(part, _Meaning(("part", part)))
        for text, use in matcher.strings():
            signs = frozenset[object](HAS_CJK.findall(text))
            self._strings[HAS_CJK.findall(text)[0]] += [(signs, told) for told in _told([use])]
            for sign in signs:
                other_meanings[str(sign).encode()] = [_Meaning(sign)]
        for letter in _LIKE_ASCII:  # spellings with it are not looked for
            other_meanings[letter.encode()] = [_Meaning(None)]
        self._ascii, self._other = _automaton(ascii_meanings), _automaton(other_meanings)
        self._ascii_spellings, self._other_spellings = map(_spellings_by_key, (ascii_meanings, other_meanings))
        self._other_meanings = list(other_meanings.values())
        # Without any of these letters a text has no such spelling: most have quotation marks and dashes only.
        self._letters = frozenset("".join(text.decode() for text in other_meanings)) - _ASCII_LETTERS
        # Most spellings say what they stand for without another look.
        self._ascii_sure = [
            [m.key for m in several if m.exact is None and not m.capital] for several in ascii_meanings.values()
        ]
        self._ascii_unsure = {
            number: unsure for number, several in enumerate(ascii_meanings.values())
            if (unsure := [m for m in several if m.exact is not None or m.capital])
        }  # fmt: skip
        self._longest = max(map(len, (*ascii_meanings, *other_meanings)))  # `_LIKE_ASCII` at least

    def may_match(self, markup: str, *beside: str) -> bool:
        """False where no text made of pieces of these can match a topic.

        In `markup`, a piece may begin and end at any `JOINT`, what stands around one may be two words or one, and
        entities count as what they stand for. Each text of `beside` is a piece and counts as it stands. UTF-8 that was
        read as Latin-1 is left to the matcher. Without markup the order is known: weak words must be close together.
        """
        joined = "\n".join(islice(self._joined_words(markup), _MOST_JOINS + 1))
        if joined.count("\n") >= _MOST_JOINS:
            return True
        plain, joined = JOINT.join((unescape(markup), *beside)), unescape(joined)
        if repair_twice_encoded(plain) != plain or repair_twice_encoded(joined) != joined:
            return True
        found = self._find(plain, joined)
        return found is None or self._suffices(found, in_order=not markup)

    def _joined_words(self, text: str) -> Iterator[str]:
        """What cut words may be as one: from the piece before a cut to the piece after it or after one of the next."""
        run: list[str] = []
        end = -1
        for joint in _INNER_JOINT.finditer(text):
            begin = joint.start()
            if begin != end:  # else the piece before this cut is the one after the last
                near = text[max(0, begin - self._longest) : begin]
                run = [near.rpartition(" ")[2].rpartition("\n")[2].rpartition(JOINT)[2]]
            piece = joint[1]
            word = piece
            for before in reversed(run):
                word = before + word
                yield word
                if len(word) - len(piece) > self._longest:
                    break
            run.append(piece)
            end = joint.end()

    def _find(self, plain: str, joined: str) -> _Found | None:
        """Where words, parts and signs stand; None where only the matcher can tell."""
        raw = plain.encode("utf-8", "replace")
        cut = len(raw) + 1
        raw = b"\n".join((raw, joined.encode("utf-8", "replace")))
        spaced = b" " + raw.translate(_SPACED) + b" "
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
        return _Found(raw, cut, ascii_hits, other_hits, keys)

    def _places(self, key: object, found: _Found) -> list[tuple[int, int]]:
        """Where the key's word stands, as (start, end) in bytes, in order; loose ones too."""
        places: list[tuple[int, int]] = []
        for spots, numbers in zip(found.spots(), (self._ascii_spellings[key], self._other_spellings[key]), strict=True):
            for number in spots.keys() & numbers:
                places += spots[number]
        if key in self._everywhere:
            places.append((found.cut, found.cut))
        places.sort()
        return places

    def _suffices(self, found: _Found, *, in_order: bool) -> bool:
        """Whether a phrase, or weak words that support one another, can be made of these; close together, if the
        text is in order."""
        weak: dict[int, list[_Weak]] = defaultdict(list)
        for topic, role, label, keys, chain in self._uses(found):
            if role != "phrase":
                weak[topic].append((role, label, keys, chain))
            elif self._follow(chain, found):
                return True
        for several in weak.values():
            # Whether words follow one another is looked at last: it costs the most.
            if _support((role, label) for role, label, _, _ in several):
                several = [one for one in several if self._follow(one[3], found)]
                if _support((role, label) for role, label, _, _ in several) and (
                    not in_order or self._stand_near(several, found)
                ):
                    return True
        return False

    def _uses(self, found: _Found) -> Iterator[tuple[int, Role, str, frozenset[object], tuple[_Link, ...]]]:
        """What can be found if the words of its chain follow one another, with the keys of its words."""
        stands = found.keys
        for key in stands:
            for needed, chain, uses in self._surfaces.get(key, ()):
                if needed <= stands:
                    yield from ((*use, needed, chain) for use in uses)
            for signs, use in self._strings.get(key, ()):
                if signs <= stands:
                    yield (*use, signs, ())

    def _stand_near(self, several: Sequence[_Weak], found: _Found) -> bool:
        """Whether any two that support one another have a word each in one passage of `NEAR` words and some."""
        if any(keys & self._everywhere for _, _, keys, _ in several):
            return True
        places = sorted(
            (start, role, label)
            for role, label, keys, _ in several for key in keys for start, _ in self._places(key, found)
        )  # fmt: skip
        passage: deque[tuple[int, Role, str]] = deque()
        words, before = 0, places[0][0]
        for start, role, label in places:
            words += _words_between(before, start, found.raw)
            before = start
            passage.append((words, role, label))
            while words - passage[0][0] > _NEAR:
                passage.popleft()
            if _support((role, label) for _, role, label in passage):
                return True
        return False

    def _follow(self, chain: Sequence[_Link], found: _Found) -> bool:
        """Whether each word of the chain can be followed by the next."""
        for before, after in pairwise(chain):
            firsts, seconds = self._places(before.key, found), self._places(after.key, found)
            if firsts[-1][0] >= found.cut or seconds[-1][0] >= found.cut:
                continue  # nobody knows where what was put together stands
            if not _stand_together(firsts, seconds, after.skipped, found.raw) and not (
                any(_few_words(found.raw[end : end + _AROUND].partition(_END)[0], after.skipped) for _, end in firsts)
                and any(_few_words(found.raw[max(0, start - _AROUND) : start].rpartition(_END)[2], after.skipped)
                        for start, _ in seconds)
            ):  # fmt: skip
                return False
        return True


def _rare(words: Sequence[Word]) -> list[Word]:
    """Those that are looked for."""
    return [word for word in words if word.exact is not None or not word.forms & _COMMON] or list(words)


def _chain(words: Sequence[Word], numbers: dict[Word, int]) -> tuple[_Link, ...]:
    rare = set(_rare(words))
    chain: list[_Link] = []
    skipped = 0
    for word in words:
        if word in rare:
            chain.append(_Link(numbers.setdefault(word, len(numbers)), skipped))
            skipped = 0
        else:
            skipped += 1
    return tuple(chain)


def _length(word: Word) -> int:
    return max(map(len, word.forms))


def _told(uses: Iterable[Use]) -> tuple[_Use, ...]:
    return tuple((use.topic, use.role, use.label) for use in uses if use.role != "not")


def _support(several: Iterable[tuple[Role, str]]) -> bool:
    """Whether there are two different terms, or a term or context word beside an entity of another name."""
    terms: set[str] = set()
    contexts: set[str] = set()
    entities: set[str] = set()
    for role, label in several:
        (terms if role == "term" else contexts if role == "context" else entities).add(label)
    return len(terms) > 1 or any(name != one for name in entities for one in terms | contexts)


def _stand_together(firsts: list[tuple[int, int]], seconds: list[tuple[int, int]], skipped: int, raw: bytes) -> bool:
    """Whether no more than so many words stand between a first one and a second one."""
    at, end = 0, None
    for start, _ in seconds:
        while at < len(firsts) and firsts[at][1] <= start:
            end = firsts[at][1]
            at += 1
        if end is not None and _few_words(raw[end:start], skipped):
            return True
    return False


def _words_between(start: int, end: int, raw: bytes) -> int:
    """How many words begin there, as `_SURE_WORD` has them; one fewer where the first may have begun before."""
    number = len(raw[start:end].translate(_SPACED, _BEYOND).split())
    return max(0, number - (start > 0 and (raw[start - 1] >= 128 or _SPACED[raw[start - 1]] != 32)))


def _few_words(between: bytes, most: int) -> bool:
    if len(between) > _AROUND:  # then it is the beginning that counts
        between = between[:_AROUND]
    return len(_SURE_WORD.findall(between)) <= most


def _fits_ascii(meaning: _Meaning, spaced: bytes, start: int, end: int) -> bool:
    if meaning.exact is not None and meaning.exact != spaced[start + 1 : end - 1]:
        return False
    return not (meaning.capital and 97 <= spaced[start + 1] <= 122)


def _fits_other(meaning: _Meaning, raw: bytes, start: int, end: int) -> bool:
    if meaning.whole and not (
        _SPACED[raw[start - 1] if start else 32] == 32 and _SPACED[raw[end] if end < len(raw) else 32] == 32
    ):  # a letter or digit of ASCII's stands at one end
        return False
    if meaning.exact is not None and meaning.exact != raw[start:end]:
        return False
    return not (meaning.capital and raw[start:end].decode()[0].islower())


def _spellings_by_key(meanings: _Meanings) -> Mapping[object, set[int]]:
    found: dict[object, set[int]] = defaultdict(set)
    for number, several in enumerate(meanings.values()):
        for meaning in several:
            found[meaning.key].add(number)
    return found


def _automaton(meanings: _Meanings) -> BytesAhoCorasick:
    # Twice as fast as the others, for a few megabytes.
    return BytesAhoCorasick(list(meanings), implementation=Implementation.DFA)


def _spellings(form: str) -> list[bytes] | None:
    """What case-folds to the form, in UTF-8, ASCII's letters in lower case only; None where that is too much."""
    tails: list[list[str]] = [[] for _ in form] + [[""]]
    for at in range(len(form) - 1, -1, -1):
        tails[at] = [form[at] + tail for tail in tails[at + 1]]
        for width in range(1, min(3, len(form) - at) + 1):
            for letter in _folding_to().get(form[at : at + width], ()):
                tails[at] += [letter + tail for tail in tails[at + width]]
        if len(tails[at]) > _MOST_SPELLINGS:
            return None
    return [text.encode() for text in tails[0]]


@cache
def _folding_to() -> Mapping[str, list[str]]:
    """Letters beyond ASCII by what they case-fold to, but for `_LIKE_ASCII`."""
    found: dict[str, list[str]] = defaultdict(list)
    for letter in map(chr, (*range(0x80, 0x2E80), *range(0xA640, 0xAC00), *range(0xFB00, 0x1F000))):
        folded = letter.casefold()
        if folded != letter and letter not in _LIKE_ASCII:
            found[folded].append(letter)
    return found
