"""An article as the judges read it: words as arrays, cut into sentences, with numbers, names and shingles."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, Final, NamedTuple

import numpy as np

from extractors.model import Article
from warehouse.dedupe.arrays import (
    SHINGLE,
    Array,
    character_grams,
    distinct,
    distinct_places,
    first_of_runs,
    hash_runs,
    sentence_keys,
    shingle,
    unit,
)
from warehouse.dedupe.chunks import ABBREVIATION, CJK_END, LONGEST_TEXT, SENTENCE_END, Found, chunk_table_of
from warehouse.dedupe.words import (
    BEYOND_LATIN,
    CAPITAL,
    CJK_RUN,
    LATIN_TOKEN,
    LETTERS,
    NUMBER,
    TOKEN,
    Lexicon,
    Words,
    cutter_of,
    lexicon,
    split_tokens,
)

POSSIBLE_END: Final = re.compile(r"[.!?…\n]")
CLOSING: Final = frozenset("\"”’»)")
MAX_WORDS: Final = 12_000
TOGETHER: Final = 64_000  # characters: what is computed at once then fits the processor's memory
MOST_TOGETHER: Final = 250  # texts
STEM_BITS: Final = 40
PLACE_BITS: Final = 16
NO_PLACES: Final = np.empty(0, dtype=np.int32)


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
        has_word = (TOKEN if BEYOND_LATIN.search(self.text) else LATIN_TOKEN).search
        ranges = ((start, end) for start, end in split_sentences(self.text) if has_word(self.text, start, end))
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
    def stem_worth(self) -> Array:
        """What each of the stems is worth: weight times damped count."""
        _, weights, counts = self.stems
        return np.asarray(weights * (1.0 + np.log(counts)))

    @cached_property
    def stem_vector(self) -> Array:
        """The unit vector of the stems."""
        return unit(self.stem_worth)

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
        return hash_runs(words.surface, first_of_runs(words.sentence))

    @property
    def sentence_count(self) -> int:
        """How many sentences have at least one word."""
        return int(self.words.sentence[-1]) + 1 if len(self.words) else 0


class Unread(NamedTuple):
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
    one = Unread(article_id=article_id, title=title, site=site, language=language, day=day, text=text, links=links)
    return read_many([one])[0]


def read_many(unread: Sequence[Unread]) -> list[Reading]:
    """The readings of many texts, in the order given: the same as one by one, in a third of the time."""
    readings: list[Reading | None] = [None] * len(unread)
    by_language: dict[str, list[int]] = defaultdict(list)
    for i, one in enumerate(unread):
        by_language[one.language.split("-")[0].lower()].append(i)
    for language, numbers in by_language.items():
        for part in _parts([(i, len(unread[i].text) + len(unread[i].title) + 2) for i in numbers]):
            for i, reading in zip(part, _read_together([unread[i] for i in part], language), strict=True):
                readings[i] = reading
    return [reading for reading in readings if reading is not None]


def _parts(sizes: Sequence[tuple[int, int]]) -> Iterator[list[int]]:
    """Numbers of texts, as many at a time as are read together."""
    part: list[int] = []
    total = 0
    for i, size in sizes:
        if part and (total + size > TOGETHER or len(part) >= MOST_TOGETHER):
            yield part
            part, total = [], 0
        part.append(i)
        total += size
    if part:
        yield part


def _read_together(unread: Sequence[Unread], language: str) -> list[Reading]:
    known = lexicon(language)
    texts = [*(one.text for one in unread), *(one.title for one in unread)]
    fits = sum(map(len, texts)) + len(texts) <= LONGEST_TEXT
    found = chunk_table_of(known).read(texts, most_words=MAX_WORDS) if fits else [None] * len(texts)
    columns = _columns_at(known, found)
    for i, text in enumerate(texts):
        if columns[i] is None:
            tokens, sentence = cut_sentences(text) if i < len(unread) else (split_tokens(text), NO_PLACES)
            columns[i] = (*known.words(tokens), sentence)
    readings: list[Reading] = []
    for one, body, heading in zip(unread, columns, columns[len(unread) :], strict=False):
        assert body is not None and heading is not None
        title_words = (*heading[:4], np.zeros(len(heading[0]), dtype=np.int32))
        readings.append(
            Reading(
                article_id=one.article_id, site=one.site, language=language, day=one.day, title=one.title,
                text=one.text, words=Words(*body), title_words=Words(*title_words), links=one.links,
            )
        )  # fmt: skip
    _derive(readings)
    return readings


def _columns_at(known: Lexicon, found: Sequence[Found | None]) -> list[tuple[Array, ...] | None]:
    """The columns of the words that were found, of all texts at once."""
    there = [one for one in found if one is not None]
    if not there:
        return [None] * len(found)
    surface, stem, weight, flags = known.at(np.concatenate([places for places, _ in there]))
    columns: list[tuple[Array, ...] | None] = []
    end = 0
    for one in found:
        if one is None:
            columns.append(None)
            continue
        part = slice(end, end := end + len(one[0]))
        columns.append((surface[part], stem[part], weight[part], flags[part], one[1]))
    return columns


def _derive(readings: Sequence[Reading]) -> None:
    """Computes together what nearly every reading is asked for, and puts it where `cached_property` looks."""
    words = [r.words for r in readings]
    counts = np.array([len(w) for w in words])
    ends = counts.cumsum()
    starts = ends - counts
    if ends[-1] < SHINGLE:
        return
    surface, sentence = np.concatenate([w.surface for w in words]), np.concatenate([w.sentence for w in words])
    fresh = first_of_runs(sentence)
    fresh[starts[counts > 0]] = True
    shingles, hashes = shingle(surface), hash_runs(surface, fresh)
    runs = np.concatenate(([0], fresh.cumsum()))
    for r, count, start, low, high in zip(readings, counts, starts, runs[starts], runs[ends], strict=True):
        r.__dict__["sentence_hashes"] = hashes[low:high]
        if count >= SHINGLE:
            r.__dict__["shingles"] = shingles[start : start + count - SHINGLE + 1]
    if len(words) <= MOST_TOGETHER and counts.max() <= 1 << PLACE_BITS:
        _derive_stems(readings, counts, starts)


def _derive_stems(readings: Sequence[Reading], counts: Array, starts: Array) -> None:
    """The distinct stems of each reading, by sorting all at once: by text, by upper bits of the stem, by place.

    Does nothing where two stems of a text agree in those bits.
    """
    stem = np.concatenate([r.words.stem for r in readings])
    weight = np.concatenate([r.words.weight for r in readings])
    owner = np.arange(len(readings), dtype=np.uint64).repeat(counts)
    place = np.arange(len(stem), dtype=np.uint64) - starts.astype(np.uint64).repeat(counts)
    upper = stem >> np.uint64(64 - STEM_BITS) << np.uint64(PLACE_BITS)
    keys = (owner << np.uint64(STEM_BITS + PLACE_BITS)) | upper | place
    keys.sort()
    fresh = first_of_runs(keys >> np.uint64(PLACE_BITS))
    where = (keys & np.uint64((1 << PLACE_BITS) - 1)).astype(np.int64) + starts.repeat(counts)
    ordered = stem[where]
    if (ordered[1:] != ordered[:-1])[~fresh[1:]].any():
        return
    first = fresh.nonzero()[0]
    often = np.diff(np.append(first, len(ordered)))
    stems, weights = ordered[first], weight[where[first]]
    worth = weights * (1.0 + np.log(often))
    edges = np.concatenate(([0], fresh.cumsum()))
    for r, low, high in zip(readings, edges[starts], edges[starts + counts], strict=True):
        r.__dict__["stems"] = stems[low:high], weights[low:high], often[low:high]
        r.__dict__["stem_worth"] = worth[low:high]


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


def guess_script(text: str) -> str:
    """`zh` for a text mostly in Chinese characters, else `en`: only where the language is not known."""
    sample = text[:500]
    return "zh" if len(CJK_RUN.findall(sample)) > len(sample) / 4 else "en"
