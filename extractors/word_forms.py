"""The forms in which a word of a topic may stand in an article: light, predictable inflection in four languages.

No stemmer: a stem joins words that mean other things (intelligence and Intel), and costs time for every word of every
article. Here each word of the configuration is expanded once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

# Letters and digits, split where the script changes to or from Chinese characters and kana.
CJK = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
WORD = re.compile(rf"[^\W_{CJK}]+")
HAS_CJK = re.compile(rf"[{CJK}]")

SHORT = 4  # words below this length have no other form: in, de, 5G, act


def split_words(text: str) -> list[str]:
    """The words as they stand; apostrophes and hyphens separate (l'IA and TikTok-Verbot are two words each)."""
    return WORD.findall(text)


def is_acronym(word: str) -> bool:
    """Whether case matters: two to six capitals or digits with at least two capitals (BIS, DSA, FISA, but not H20)."""
    return 2 <= len(word) <= 6 and word.isupper() and sum(c.isupper() for c in word) >= 2


def forms_of(word: str, language: str) -> frozenset[str]:
    """The word, case-folded, with the endings that its language may give it; itself alone for short words, names
    of no known language and numbers."""
    folded = word.casefold()
    endings = ENDINGS.get(language)
    if endings is None or len(folded) < SHORT or not folded.isalpha():
        return frozenset({folded})
    return frozenset({folded, *endings(folded)})


def _english(word: str) -> set[str]:
    if word.endswith("y") and word[-2] not in "aeiou":
        return {word[:-1] + "ies"}
    if word.endswith("s"):
        return {word + "es"} if word.endswith(("ss", "us")) else set()
    return {word + ("es" if word.endswith(("x", "z", "ch", "sh")) else "s")}


def _german(word: str) -> set[str]:
    base = word[:-1] if word.endswith("e") else word
    found = {base + ending for ending in ("e", "en", "er", "em", "es", "s", "n", "ens")}
    if word.endswith("er"):
        found |= {word + "n", word + "in", word + "innen"}
    return found


def _french(word: str) -> set[str]:
    found = {word + ending for ending in ("s", "e", "es")} if not word.endswith(("s", "x")) else set()
    if word.endswith("al"):
        found |= {word[:-2] + "aux", word + "e", word + "es"}
    if word.endswith(("eau", "eu")):
        found.add(word + "x")
    return found


def _spanish(word: str) -> set[str]:
    if word.endswith("ión"):
        return {word[:-3] + "iones"}
    if word.endswith("z"):
        return {word[:-1] + "ces"}
    if word.endswith("o"):
        return {word + "s", word[:-1] + "a", word[:-1] + "as"}
    return {word + "s"} if word[-1] in "aeé" else {word + "es"} if not word.endswith("s") else set()


ENDINGS: Mapping[str, Callable[[str], set[str]]] = {
    "en": _english, "de": _german, "fr": _french, "es": _spanish,
}  # fmt: skip
