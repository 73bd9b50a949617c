"""What a word is stemmed to, in the languages that have a stemmer; in all others a word is its own stem."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import snowballstemmer

STEMMERS = {"en": "english", "de": "german", "fr": "french", "es": "spanish"}


def find_stems(words: Sequence[str], language: str) -> list[str]:
    """The Snowball stem of each word (lower case, with its accents), in the order of the words."""
    if language not in STEMMERS:
        return list(words)
    return list(_stemmer(language).stemWords(list(words)))


@cache
def _stemmer(language: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(STEMMERS[language])
