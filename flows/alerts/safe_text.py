"""Text and links from strangers, made harmless for one line of a mail: a header, a heading, a line of plain text."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import urlsplit

# Explicit directional marks (UAX #9) reorder what stands around them; zero-width and tag characters hide text.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff9-\ufffb\ufdd0-\ufdef\U000e0000-\U000e0fff]"
)
# Letters and punctuation that need no look one by one: no mark, no control, no odd space among them. The two of private
# use are those that flows/alerts/sentences.py puts around what is new.
_SIMPLE = re.compile(
    "[\u0020-\u007e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u4e00-\u9ffc\ue000\ue001]*"
)
_MARKS_IN_A_ROW = 3  # Vietnamese and Hebrew need three; a pile of thirty is meant to overwrite its neighbours
_SCAN_LIMIT = 20_000
_RTL = frozenset(("R", "AL"))
_URL_LIMIT = 2_000


# Cached, because one development is shown to many readers.
@lru_cache(maxsize=16_384)
def clean_line(text: str, limit: int = 300) -> str:
    """The text as one line of at most `limit` characters, ending in an ellipsis where it was cut.

    Line breaks, tabs and control characters become spaces; directional marks and invisible characters go; lone
    surrogates become U+FFFD; more than three combining marks in a row are dropped. The result is NFC.
    """
    if text.isascii() and text.isprintable():
        return shorten(" ".join(text.split()), limit)
    text = text[:_SCAN_LIMIT].encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    if _SIMPLE.fullmatch(text):
        return shorten(" ".join(text.split()), limit)
    kept: list[str] = []
    marks = 0
    for char in text:
        category = unicodedata.category(char)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > _MARKS_IN_A_ROW or category == "Cn":
            continue
        kept.append(" " if category in ("Cc", "Zl", "Zp", "Zs") else char)
    return shorten(" ".join("".join(kept).split()), limit)


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, cut between words where one ends in the last third, with an ellipsis."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = cut.rfind(" ")
    if space > limit * 2 // 3:
        cut = cut[:space]
    while cut and unicodedata.category(text[len(cut)]) in ("Mn", "Me", "Mc"):
        cut = cut[:-1]
    return cut.rstrip(" ,;:-–—") + "…"


@lru_cache(maxsize=16_384)
def safe_link(url: str | None) -> str | None:
    """The URL if it is http or https with a host, without user or password, of sane length and printable; else None."""
    if not url or len(url) > _URL_LIMIT or any(char <= " " or "\x7f" <= char <= "\xa0" for char in url):
        return None
    if clean_line(url, _URL_LIMIT) != url and unicodedata.normalize("NFC", url) == url:
        return None
    try:
        parts = urlsplit(url)
        host, user = parts.hostname, parts.username
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host or user is not None:
        return None
    return url.encode("utf-8", "replace").decode("utf-8")


def isolate(text: str) -> str:
    """For plain text: a right-to-left text stands between FSI and PDI (UAX #9), so that its line stays in order."""
    if not text.isascii() and any(unicodedata.bidirectional(char) in _RTL for char in text):
        return f"\u2068{text}\u2069"
    return text


def fold(text: str) -> str:
    """For comparing names: NFKC, case folded, one space between words."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
