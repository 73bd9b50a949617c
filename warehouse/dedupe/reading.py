"""An article as the judges read it: words as arrays, cut into sentences, with numbers, names and shingles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, Final

import numpy as np

from extractors.model import Article
from warehouse.dedupe.chunks import ABBREVIATION, CJK_END, SENTENCE_END, chunk_table_of
from warehouse.dedupe.words import CAPITAL, CJK_RUN, LETTERS, NUMBER, Lexicon, cutter_of, lexicon, split_tokens

Array = np.ndarray

POSSIBLE_END: Final = re.compile(r"[.!?…\n]")
CLOSING: Final = frozenset("\"”’»)")
SHINGLE_MIX: Final = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9))
MAX_WORDS: Final = 12_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A run of words: surface and stem hashes, weights (0 to 9), flags; `sentence` numbers the sentence of each."""

    surface: Array
    stem: Array
    weight: Array
    flags: Array
    sentence: Array

    def __len__(self) -> int:
        return len(self.surface)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """An article read once for comparing: nothing here depends on any other article.

    `words` are those of the text (without the title), at most 12,000 and what is left of the sentence.
    Derived arrays are computed when first asked for.
    """

    article_id: str
    site: str
    language: str
    day: int | None
    title: str
    text: str
    words: Words
    title_words: Words
    links: frozenset[str] = frozenset()

    @cached_property
    def sentences(self) -> tuple[tuple[int, int], ...]:
        """The character ranges of the sentences that have words, in order."""
        cut = cutter_of(self.text)
        ranges = ((start, end) for start, end in split_sentences(self.text) if cut(self.text[start:end]))
        return tuple(islice(ranges, self.sentence_count))

    @cached_property
    def shingles(self) -> Array:
        """64-bit hashes of three words in a row, one for each position; fewer words give one shingle of them all."""
        return shingle(self.words.surface)

    @cached_property
    def shingle_set(self) -> Array:
        """The distinct shingles, sorted."""
        return distinct(self.shingles)

    @cached_property
    def stems(self) -> tuple[Array, Array, Array]:
        """Distinct stems (sorted), their weights, and how often each occurs."""
        stems, first, counts = distinct_places(self.words.stem)
        return stems, self.words.weight[first], counts

    @cached_property
    def is_name(self) -> Array:
        """Which words are (parts of) names: capitalised inside a sentence, or first there and a name elsewhere."""
        words = self.words
        capital = (words.flags & CAPITAL) > 0
        if not capital.any():
            return capital
        first = np.ones(len(words), dtype=bool)
        first[1:] = words.sentence[1:] != words.sentence[:-1]
        letters = (words.flags & LETTERS) > 0
        count = max(1, int(words.sentence.max()) + 1)
        share = np.bincount(words.sentence[capital], minlength=count) / np.maximum(
            1, np.bincount(words.sentence[letters], minlength=count)
        )
        heading = (share > 0.6)[words.sentence]
        inside = capital & ~first & ~heading & (words.weight > 1.5)
        known = distinct(words.stem[inside])
        return np.asarray(inside | (capital & np.isin(words.stem, known)))

    @cached_property
    def is_number(self) -> Array:
        """Which words are numbers written in digits."""
        return (self.words.flags & NUMBER) > 0

    @cached_property
    def names(self) -> Array:
        """The distinct stems that are names, sorted."""
        return distinct(self.words.stem[self.is_name])

    @cached_property
    def numbers(self) -> Array:
        """The distinct numbers, sorted; those of one digit are left out."""
        return distinct(self.words.stem[self.is_number & (self.words.weight > 3.0)])

    @cached_property
    def grams(self) -> tuple[Array, Array]:
        """Character 4-grams within words (hashed, sorted, distinct) and the unit vector of their damped counts."""
        grams, counts = character_grams(f"{self.title}\n{self.text[:40_000]}")
        return grams, unit(1.0 + np.log(counts))

    @cached_property
    def stem_vector(self) -> Array:
        """The unit vector of the stems: weight times damped count."""
        _, weights, counts = self.stems
        return unit(weights * (1.0 + np.log(counts)))

    @cached_property
    def sentence_words(self) -> Array:
        """One key for each distinct word of each sentence, sorted (see `sentence_keys`)."""
        return distinct(sentence_keys(self.words.stem, self.words.sentence))

    @cached_property
    def sentence_hashes(self) -> Array:
        """One 64-bit hash for each sentence: of its words in order."""
        words = self.words
        if len(words) == 0:
            return np.empty(0, dtype=np.uint64)
        fresh = _first_of_runs(words.sentence)
        starts = fresh.nonzero()[0]
        with np.errstate(over="ignore"):
            position = (np.arange(len(words)) - starts[fresh.cumsum() - 1]).astype(np.uint64)
            values = words.surface * (position * np.uint64(2) + np.uint64(0x9E3779B97F4A7C15))
            return np.asarray(np.add.reduceat(values, starts))

    @property
    def sentence_count(self) -> int:
        """How many sentences have at least one word."""
        return int(self.words.sentence[-1]) + 1 if len(self.words) else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """What a reading is made of: small, and fit to be sent to another process."""

    article_id: str
    title: str
    site: str
    language: str
    day: int | None
    text: str
    links: frozenset[str]

    def read(self) -> Reading:
        """The reading. Never fails: no text gives an empty one."""
        return read_text(
            self.text, article_id=self.article_id, title=self.title, site=self.site, language=self.language,
            day=self.day, links=self.links,
        )  # fmt: skip


def unread_article(article: Article) -> Unread:
    """What the reading of an article is made of."""
    return Unread(
        article_id=article.article_id,
        title=article.title,
        site=article.site,
        language=article.language or guess_script(article.text or article.title),
        day=article.published_at.date().toordinal() if article.published_at else None,
        text=article.text,
        links=frozenset(article.links),
    )


def unread_row(row: tuple[Any, ...]) -> Unread:
    """The same of a stored article: (id, title, site, language, published, text, links)."""
    article_id, title, site, language, published, text, links = row
    return Unread(
        article_id=article_id, title=title, site=site, language=language or guess_script(text),
        day=published.date().toordinal() if published else None, text=text, links=frozenset(links or ()),
    )  # fmt: skip


def read_article(article: Article) -> Reading:
    """The reading of an article. Never fails: no text gives an empty reading."""
    return unread_article(article).read()


def read_text(
    text: str,
    *,
    article_id: str = "",
    title: str = "",
    site: str = "",
    language: str = "en",
    day: int | None = None,
    links: frozenset[str] = frozenset(),
) -> Reading:
    """The reading of a text; paragraphs are separated by line breaks."""
    language = language.split("-")[0].lower()
    known = lexicon(language)
    found = chunk_table_of(known).read(text, most_words=MAX_WORDS)
    if found is None:
        tokens, sentence = cut_sentences(text)
        surface, stem, weight, flags = known.words(tokens)
    else:
        places, sentence = found
        surface, stem, weight, flags = known.at(places)
    return Reading(
        article_id=article_id,
        site=site,
        language=language,
        day=day,
        title=title,
        text=text,
        words=Words(surface=surface, stem=stem, weight=weight, flags=flags, sentence=sentence),
        title_words=_title_words(title, known),
        links=links,
    )


def _title_words(title: str, known: Lexicon) -> Words:
    surface, stem, weight, flags = known.words(split_tokens(title))
    sentence = np.zeros(len(surface), dtype=np.int32)
    return Words(surface=surface, stem=stem, weight=weight, flags=flags, sentence=sentence)


def cut_sentences(text: str) -> tuple[list[str], Array]:
    """The tokens of a text and the number of the sentence of each, by patterns alone: works for every text."""
    tokens: list[str] = []
    lengths: list[int] = []
    cut = cutter_of(text)
    for start, end in split_sentences(text):
        found = cut(text[start:end])
        if not found:
            continue
        tokens += found
        lengths.append(len(found))
        if len(tokens) >= MAX_WORDS:
            break
    return tokens, np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Character ranges of the sentences; a line break always ends one, an abbreviation does not."""
    ranges: list[tuple[int, int]] = []
    start = 0
    for match in SENTENCE_END.finditer(text) if CJK_END.search(text) else _find_ends(text):
        if "\n" not in match.group() and ABBREVIATION.search(text[max(0, match.start() - 8) : match.start()]):
            continue
        if match.start() > start:
            ranges.append((start, match.start()))
        start = match.end()
    if start < len(text):
        ranges.append((start, len(text)))
    return ranges


def _find_ends(text: str) -> Iterator[re.Match[str]]:
    """As SENTENCE_END.finditer, tried only where it can match; for texts without Chinese full stops."""
    done = 0
    for mark in POSSIBLE_END.finditer(text):
        at = mark.start() if mark.group() == "\n" else mark.start() + 1
        if at < done:
            continue
        # Behind a closing quotation mark the last alternative may match where the first does not.
        found = SENTENCE_END.match(text, at) or (
            SENTENCE_END.match(text, at + 1) if text[at : at + 1] in CLOSING and mark.group() != "\n" else None
        )
        if found:
            done = found.end()
            yield found


def shingle(hashes: Array, width: int = 3) -> Array:
    """Hashes of `width` words in a row."""
    if len(hashes) == 0:
        return np.empty(0, dtype=np.uint64)
    width = min(width, len(hashes))
    with np.errstate(over="ignore"):
        mixed = np.zeros(len(hashes) - width + 1, dtype=np.uint64)
        for i in range(width):
            mixed += hashes[i : i + len(mixed)] * SHINGLE_MIX[i]
        return mix(mixed)


def unit(values: Array) -> Array:
    """The vector at length one; the zero vector stays."""
    length = float(np.sqrt((values * values).sum()))
    return np.asarray(values / length, dtype=np.float32) if length else np.asarray(values, dtype=np.float32)


def sentence_keys(stems: Array, sentences: Array) -> Array:
    """A key for a stem in a sentence of a given number."""
    with np.errstate(over="ignore"):
        return np.asarray(stems + sentences.astype(np.uint64) * SHINGLE_MIX[0])


def distinct(values: Array) -> Array:
    """The distinct values, sorted; as `numpy.unique`, three times as fast for the few hundred words of an article."""
    ordered = np.sort(values)
    if len(ordered) < 2:
        return ordered
    return np.asarray(ordered[_first_of_runs(ordered)])


def distinct_places(values: Array) -> tuple[Array, Array, Array]:
    """The distinct values, sorted, where each stands first and how often it occurs."""
    order = values.argsort(kind="stable")
    ordered = values[order]
    starts = _first_of_runs(ordered).nonzero()[0]
    ends = np.empty_like(starts)
    ends[:-1], ends[-1:] = starts[1:], len(ordered)
    return ordered[starts], order[starts], ends - starts


def _first_of_runs(values: Array) -> Array:
    """Which values differ from the one before."""
    fresh = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=fresh[1:])
    return fresh


def meet(a: Array, b: Array) -> tuple[Array, Array]:
    """Where two sorted arrays of distinct values meet: positions in each, in order."""
    if len(a) > len(b):
        other, own = meet(b, a)
        return own, other
    if len(a) == 0:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    at = b.searchsorted(a)
    at[at == len(b)] = 0
    own = (b[at] == a).nonzero()[0]
    return own, at[own]


def mix(values: Array) -> Array:
    """Spreads the bits evenly (the finaliser of SplitMix64, Steele et al. 2014)."""
    with np.errstate(over="ignore"):
        z = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray(z ^ (z >> np.uint64(31)))


def character_grams(text: str, width: int = 4) -> tuple[Array, Array]:
    """Hashed grams of `width` characters that do not span white space, sorted, with their counts."""
    codes = np.frombuffer(" ".join(text.lower().split()).encode("utf-32-le", "replace"), dtype=np.uint32)
    if len(codes) < width:
        return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64)
    wide = codes.astype(np.uint64)
    with np.errstate(over="ignore"):
        mixed = np.zeros(len(wide) - width + 1, dtype=np.uint64)
        for i in range(width):
            mixed = mixed * np.uint64(0x100000001B3) + wide[i : i + len(mixed)]
    space = codes == 32
    inner = np.ones(len(mixed), dtype=bool)
    for i in range(1, width - 1):
        inner &= ~space[i : i + len(mixed)]
    grams, counts = np.unique(mixed[inner], return_counts=True)
    return grams, counts


def guess_script(text: str) -> str:
    """`zh` for a text mostly in Chinese characters, else `en`: only where the language is not known."""
    sample = text[:500]
    return "zh" if len(CJK_RUN.findall(sample)) > len(sample) / 4 else "en"
