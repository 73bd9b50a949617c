"""Generated articles for the search benchmark: any number of them, the same ones on every machine.

Words are invented. How often each occurs follows Zipf's law with Mandelbrot's shift and the steeper slope of rare words
over 150,000 lemmas, so that the vocabulary grows with the corpus as a real one does, rather faster; each language has
lemmas and endings of its own and shares the rarer ones (names) with the others. An article has a theme: a dozen words
that it comes back to and that its title is made of. Chinese articles are runs of characters without spaces.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np

FIRST_DAY = datetime(2024, 1, 1, 6, 0, tzinfo=UTC)
LANGUAGES = ("en", "de", "fr", "es", "zh")
SHARES = (0.70, 0.10, 0.08, 0.07, 0.05)
ENDINGS = {"en": ("", "s", "ed", "ing"), "de": ("", "en", "es", "er"), "fr": ("", "s", "es", "ment"),
           "es": ("", "s", "os", "ando"), "zh": ("", "", "", "")}  # fmt: skip
SYLLABLES = tuple(c + v + e for c in "bdfgklmnprstvz" for v in ("a", "e", "i", "o", "u", "ei") for e in ("", "n", "r"))
LEMMAS = 150_000
NAMES = 6_000  # from this rank on the languages share their words
THEME, THEME_RANKS = 12, 20_000
MEAN_WORDS, SPREAD = 380, 0.5  # of a log-normal distribution
A_NIGHT = 2_000
BLOCK = 1_000  # articles are drawn by the thousand
QUANTILES = 2**22
TOPICS = ("chips", "cloud", "telecoms", "platforms", "ai", "payments", "space", "investment")
SOURCES = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """One article: number, title, text, language, source, topics and time."""

    number: int
    title: str
    text: str
    language: str
    source_id: str
    topics: tuple[str, ...]
    published_at: datetime


def generate(first: int, count: int, *, seed: int = 7) -> Iterator[Generated]:
    """Articles `first` to `first + count - 1`; which ones were asked for before makes no difference."""
    for block in range(first // BLOCK, (first + count - 1) // BLOCK + 1):
        for article in _block(block, seed):
            if first <= article.number < first + count:
                yield article


def _block(block: int, seed: int) -> Iterator[Generated]:
    rng = np.random.default_rng((seed, block))
    languages = np.searchsorted(np.cumsum(SHARES)[:-1], rng.random(BLOCK))
    lengths = np.clip(rng.lognormal(np.log(MEAN_WORDS), SPREAD, BLOCK), 30, 4_000).astype(np.int64)
    total = int(lengths.sum())
    themes = (200 * np.exp(rng.random((BLOCK, THEME)) * np.log(THEME_RANKS / 200))).astype(np.int64)
    lemmas = _draw(rng, total)
    own = rng.random(total) < 0.25
    article_of = np.repeat(np.arange(BLOCK), lengths)
    lemmas[own] = themes[article_of[own], rng.integers(0, THEME, int(own.sum()))]
    forms = lemmas * 4 + rng.integers(0, 4, total) * (rng.random(total) < 0.25)
    minutes, sources = rng.integers(0, 1_200, BLOCK), (SOURCES * rng.random(BLOCK) ** 2).astype(np.int64)
    topics, title_lengths = rng.integers(0, len(TOPICS), (BLOCK, 2)), rng.integers(4, 10, BLOCK)
    ends = np.cumsum(lengths)
    for at in range(BLOCK):
        language = LANGUAGES[languages[at]]
        words = _words(language)
        number = block * BLOCK + at
        yield Generated(
            number=number,
            title=_sentence(list(words[themes[at, : title_lengths[at]] * 4]), language, ""),
            text=_text(list(words[forms[ends[at] - lengths[at] : ends[at]]]), language),
            language=language,
            source_id=f"source-{sources[at]:03}",
            topics=tuple(dict.fromkeys(TOPICS[topic] for topic in topics[at])),
            published_at=FIRST_DAY + timedelta(days=number // A_NIGHT, minutes=int(minutes[at])),
        )


def _text(words: list[str], language: str) -> str:
    """Sentences of 17 words, paragraphs of four sentences."""
    stop = "。" if language == "zh" else "."
    sentences = [_sentence(words[at : at + 17], language, stop) for at in range(0, len(words), 17)]
    return "\n\n".join(" ".join(sentences[at : at + 4]) for at in range(0, len(sentences), 4))


def _sentence(words: list[str], language: str, stop: str) -> str:
    return ("" if language == "zh" else " ").join(words).capitalize() + stop


def _draw(rng: np.random.Generator, count: int) -> np.ndarray:
    """Ranks of lemmas, the commonest 0."""
    at = rng.random(count) * (QUANTILES - 1)
    low = at.astype(np.int64)
    table = _quantiles()
    return table[low] + ((table[low + 1] - table[low]) * (at - low)).astype(np.int64)


@cache
def _quantiles() -> np.ndarray:
    ranks = np.arange(LEMMAS)
    # Two slopes (Ferrer i Cancho and Sole, 2001), fitted to the shares of the commonest 10 to 20,000 words of news.
    weights = (ranks + 1.5) ** -0.9 / (1 + ranks / 3_000) ** 1.3
    edges = np.cumsum(weights / weights.sum())
    return np.searchsorted(edges, np.linspace(0, 1, QUANTILES), side="left").clip(0, LEMMAS - 1)


def lemma(rank: int, language: str) -> str:
    """The word of that rank, without an ending."""
    return str(_words(language)[rank * 4])


@cache
def _words(language: str) -> np.ndarray:
    """Every lemma of the language with its four endings."""
    shift = 0 if language == "en" else LANGUAGES.index(language)
    shapes = np.array([_chinese(rank) if language == "zh" else _latin(rank, shift) for rank in range(LEMMAS)])
    return np.array([shape + ending for shape in shapes for ending in ENDINGS[language]], dtype=object)


def _latin(rank: int, shift: int) -> str:
    number = rank * 7 + (shift if rank < NAMES else 0) + 11
    shape = ""
    while number:
        number, at = divmod(number, len(SYLLABLES))
        shape += SYLLABLES[at]
    return shape


def _chinese(rank: int) -> str:
    return chr(0x4E00 + rank % 2_800) + chr(0x4E00 + (rank * 31 + rank // 2_800) % 2_800)
