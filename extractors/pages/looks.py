"""What a block looks like by itself, in numbers: the features that need no neighbours; and how texts are compared."""

from __future__ import annotations

import re
import string
from typing import Final

from extractors.pages.blocks import Block
from extractors.pages.cues import CUE_NAMES, count_cues

_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_NOT_LETTERS = re.compile(r"\W+")
_WIDE = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_ENDS, _CLOSERS = frozenset(".!?…。！？"), "\"'”’»“)]』」"
_WORD = re.compile(r"[^\W\d_]+")
_DATE_LIKE = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[:.]\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b")
_SIGNS = bytes(byte for byte in range(128) if not (chr(byte).isalnum() or byte == 95))
_DIGITS, _CAPITALS = string.digits.encode(), string.ascii_uppercase.encode()
_LOOK = 160  # characters from the start of a block in which its small features are counted

OWN_LOOKS: Final = (
    "words", "chars", "link_share", "links", "bold_share", "italic_share", "ends_sentence", "ends_colon",
    "stops", "commas_per_word", "digits_per_word", "upper_share", "capital_words", "word_length",
    "starts_lower", "starts_quote", "quotes", "date_like", "has_at", "has_copyright", "has_pipe",
    "short_word_share", "wide", *CUE_NAMES,
)  # fmt: skip


def squeeze(text: str) -> str:
    """Letters and digits alone, in lower case: how texts are compared for sameness."""
    if text.isascii():
        return text.encode().lower().translate(None, _SIGNS).decode()
    return _NOT_LETTERS.sub("", text.lower())


def count_words(text: str) -> int:
    """Words of the text; a character of a script without spaces counts as one."""
    wide = len(_WIDE.findall(text)) if not text.isascii() else 0
    return wide + len(text.split()) if wide < len(text) * 0.3 else wide


def words_in(text: str) -> int:
    """Words of a tidy text; a character of a script without spaces counts as one."""
    count = text.count(" ") + 1
    if text.isascii():
        return count
    wide = len(_WIDE.findall(text))
    return wide + count if wide < len(text) * 0.3 else wide


def own_row(block: Block, words: float) -> tuple[float, ...]:
    """The values of `OWN_LOOKS` for a block of so many words."""
    text = block.text
    chars = len(text)
    count = text.count(" ") + 1
    wide = 0 if text.isascii() else len(_WIDE.findall(text))
    start = text[:_LOOK]
    looked = len(start)
    tokens = _WORD.findall(start)
    seen = len(tokens) or 1
    first = text[0]
    digits, capitals = _digits_and_capitals(start)
    return (
        words, chars, min(1.0, block.link_chars / chars), block.links, min(1.0, block.bold_chars / chars),
        min(1.0, block.italic_chars / chars), text[-6:].rstrip(_CLOSERS)[-1:] in _ENDS, text.endswith((":", "：")),
        text.count(". ") + text.count("? ") + text.count("! ") + (text.count("。") if wide else 0),
        (text.count(",") + (text.count("，") if wide else 0)) / words if words else 0,
        digits / looked, capitals / looked,
        sum([t[0].isupper() for t in tokens]) / seen, chars / count, first.islower(), first in "\"“„«»‘'「『",
        text.count('"') + text.count("“") + text.count("„") + text.count("«") + text.count("「"),
        len(_DATE_LIKE.findall(start)) if digits else 0, "@" in start, "©" in start or "(c)" in start,
        "|" in start or "·" in start or "•" in start, sum([len(t) < 4 for t in tokens]) / seen, wide / chars,
        *count_cues(tokens, start if wide else ""),
    )  # fmt: skip


def _digits_and_capitals(text: str) -> tuple[int, int]:
    """How many characters are digits, how many are capital letters."""
    data = text.encode("ascii", "ignore")
    digits, capitals = len(data) - len(data.translate(None, _DIGITS)), len(data) - len(data.translate(None, _CAPITALS))
    if len(data) < len(text):
        others = "".join(_NOT_ASCII.findall(text))
        digits += sum(map(str.isdigit, others))
        capitals += sum(map(str.isupper, others))
    return digits, capitals
