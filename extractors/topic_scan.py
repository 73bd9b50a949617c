"""Whether a text can hold a topic at all, by one search for the topics' words: a small part of the cost of matching.

What it asks is necessary for a match, never sufficient. `TopicMatcher` needs a phrase, two terms, or a term or context
word beside an entity. The text that it will be shown is made of pieces of the one that is scanned; nobody knows yet of
which, nor in what order. So the words of a phrase must follow one another here, or stand at the ends of pieces; weak
words may stand anywhere.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from html import unescape
from itertools import islice, pairwise
from typing import NamedTuple

from extractors.pages.decode import repair_twice_encoded
from extractors.topic_spellings import SPACED, Found, Meaning, SpellingIndex
from extractors.topics import NEAR, Role, TopicMatcher, Use, Word
from extractors.word_forms import HAS_CJK

JOINT = "\x01"  # between pieces, and where something was taken out of the text: perhaps out of the middle of a word

_MOST_JOINS = 4_000  # a text with more words cut is a matter for the matcher itself
_AROUND = 300  # bytes in which the end of a piece is looked for
# Words, with room for those of a surface that are not looked for. With Chinese in it a text is measured by the
# character, which is narrower.
_NEAR = NEAR + 20
_END = JOINT.encode()
# A cut between what may be two halves of a word, with the latter one. Entities may be cut as well.
_INNER_JOINT = re.compile(rf"{JOINT}(?<=[\w&#;]{JOINT}){JOINT}*+([\w&#;]++)")
_BEYOND = bytes(range(128, 256))
# A word, or several with no ASCII between them; not what is all beyond ASCII, since that may be a quotation mark.
_SURE_WORD = re.compile(rb"[0-9A-Za-z][0-9A-Za-z\x80-\xff]*+")
# Words that hardly any text is without: a phrase is looked for by its others.
_COMMON = frozenset((
    "the", "of", "on", "in", "to", "at", "for", "by", "from", "with", "over", "and", "or", "not", "its", "a", "an",
    "is", "s", "u", "von", "der", "die", "das", "den", "dem", "des", "auf", "nach", "mit", "für", "und", "zum",
    "zur", "zu", "durch", "unter", "nicht", "le", "la", "les", "l", "de", "du", "d", "en", "dans", "sur", "aux",
    "au", "à", "et", "el", "los", "las", "del", "al", "y", "que", "una", "un", "por", "para",
))  # fmt: skip


class _Link(NamedTuple):
    """A word of a surface that is looked for, and how many words that are not stand before it."""

    key: int
    skipped: int


_Use = tuple[int, Role, str]  # topic, role, label
_Weak = tuple[Role, str, frozenset[object], tuple[_Link, ...]]  # the same without its topic, with its words
_Looked = tuple[frozenset[object], tuple[_Link, ...], tuple[_Use, ...]]  # keys, the same in order, what they stand for


class TopicScan:
    """Says of a text whether `matcher` could find a topic in it. Built in a tenth of a second; threads may share it."""

    def __init__(self, matcher: TopicMatcher) -> None:
        self._surfaces: dict[object, list[_Looked]] = defaultdict(list)
        self._strings: dict[object, list[tuple[frozenset[object], _Use]]] = defaultdict(list)
        wanted: list[tuple[str, Meaning]] = []
        numbers: dict[Word, int] = {}
        for surface in matcher.surfaces():
            chain = _chain(surface.words, numbers)
            rarest = max(zip(chain, _rare(surface.words), strict=True), key=lambda pair: _length(pair[1]))[0]
            needed = frozenset[object](link.key for link in chain)
            self._surfaces[rarest.key].append((needed, chain, _told(surface.uses)))
        for word, number in numbers.items():
            exact = word.exact.encode() if word.exact is not None else None
            wanted += [(form, Meaning(number, exact, word.capital, whole=True)) for form in word.forms]
        for part, uses in matcher.compound_parts():
            self._surfaces["part", part].append((frozenset([("part", part)]), (), _told(uses)))
            wanted.append((part, Meaning(("part", part))))
        every_sign: set[object] = set()
        for text, use in matcher.strings():
            signs = frozenset[object](HAS_CJK.findall(text))
            self._strings[HAS_CJK.findall(text)[0]] += [(signs, told) for told in _told([use])]
            every_sign |= signs
        wanted += [(sign, Meaning(sign)) for sign in sorted(map(str, every_sign))]
        self._index = SpellingIndex(wanted)

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
        found = self._index.find(plain, joined)
        return found is None or self._suffices(found, in_order=not markup)

    def _joined_words(self, text: str) -> Iterator[str]:
        """What cut words may be as one: from the piece before a cut to the piece after it or after one of the next."""
        run: list[str] = []
        end = -1
        for joint in _INNER_JOINT.finditer(text):
            begin = joint.start()
            if begin != end:  # else the piece before this cut is the one after the last
                near = text[max(0, begin - self._index.longest) : begin]
                run = [near.rpartition(" ")[2].rpartition("\n")[2].rpartition(JOINT)[2]]
            piece = joint[1]
            word = piece
            for before in reversed(run):
                word = before + word
                yield word
                if len(word) - len(piece) > self._index.longest:
                    break
            run.append(piece)
            end = joint.end()

    def _suffices(self, found: Found, *, in_order: bool) -> bool:
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

    def _uses(self, found: Found) -> Iterator[tuple[int, Role, str, frozenset[object], tuple[_Link, ...]]]:
        """What can be found if the words of its chain follow one another, with the keys of its words."""
        stands = found.keys
        for key in stands:
            for needed, chain, uses in self._surfaces.get(key, ()):
                if needed <= stands:
                    yield from ((*use, needed, chain) for use in uses)
            for signs, use in self._strings.get(key, ()):
                if signs <= stands:
                    yield (*use, signs, ())

    def _stand_near(self, several: Sequence[_Weak], found: Found) -> bool:
        """Whether any two that support one another have a word each in one passage of `NEAR` words and some."""
        if any(self._index.is_everywhere(keys) for _, _, keys, _ in several):
            return True
        places = sorted(
            (start, role, label)
            for role, label, keys, _ in several for key in keys for start, _ in self._index.places(key, found)
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

    def _follow(self, chain: Sequence[_Link], found: Found) -> bool:
        """Whether each word of the chain can be followed by the next."""
        for before, after in pairwise(chain):
            firsts, seconds = self._index.places(before.key, found), self._index.places(after.key, found)
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
    number = len(raw[start:end].translate(SPACED, _BEYOND).split())
    return max(0, number - (start > 0 and (raw[start - 1] >= 128 or SPACED[raw[start - 1]] != 32)))


def _few_words(between: bytes, most: int) -> bool:
    if len(between) > _AROUND:  # then it is the beginning that counts
        between = between[:_AROUND]
    return len(_SURE_WORD.findall(between)) <= most
