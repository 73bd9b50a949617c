"""How a paragraph is recognised again on other pages of its site."""

from __future__ import annotations

import re

from extractors.model import digest64

_DIGITS = re.compile(r"\d+")
_NOT_LETTERS = re.compile(r"[\W_]+")


def paragraph_hash(text: str) -> str:
    """16 hex digits, the same for paragraphs that differ only in case, punctuation, spaces and numbers.

    Numbers count as one another, so that `Join 12,000 readers` and `Join 13,500 readers` are one appeal.
    """
    return digest64(_DIGITS.sub("0", _NOT_LETTERS.sub("", text.lower())))
