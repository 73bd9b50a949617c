"""The article's headline: from h1, JSON-LD and meta elements, without the site's name behind it."""

from __future__ import annotations

import html
import re

from lxml.html import HtmlElement

from extractors.model import FeedEntry
from extractors.pages.jsonld import Node, text_of, types_of

_NEWS = frozenset({"newsarticle", "reportagenewsarticle", "opinionnewsarticle", "analysisnewsarticle", "report",
                   "backgroundnewsarticle", "reviewnewsarticle"})  # fmt: skip
_SEPARATOR = re.compile(r"\s+[|–—·»•:-]\s+|\s*\|\s*")


def find_title(tree: HtmlElement, metas: dict[str, str], node: Node | None, *, publisher: str,
               entry: FeedEntry | None) -> tuple[str, str]:  # fmt: skip
    """The headline and its evidence; two empty strings where the page and its entry have none.

    News: what JSON-LD says. Else an h1 that the head of the page repeats; else the only h1, unless the head agrees
    with itself on another one; else the head. A live blog's JSON-LD may name its last entry, so it is not asked.
    """
    kinds = types_of(node) if node else frozenset()
    stated = text_of(node.get("headline")) if node and "liveblogposting" not in kinds else ""
    social = _tidy(metas.get("og:title") or metas.get("twitter:title") or "")
    head = _tidy(tree.findtext(".//title") or "")
    h1s = [text for h in tree.iter("h1") if 3 < len(text := _tidy(" ".join(h.itertext()))) < 300]
    only = h1s[0] if len(h1s) == 1 and len(h1s[0].split()) > 2 else ""
    if len(stated) > 3:
        if not kinds & _NEWS and len(only.split()) > 3 and _key(only) != _key(stated):
            return only, "dom"
        return strip_site(_tidy(stated), publisher), "json-ld"
    bare = [_key(strip_site(t, publisher)) for t in (social, head) if t]
    names = [*bare, _key(social), _key(head)]
    equal = [h for h in h1s if _key(h) in names]
    if equal:
        return max(equal, key=len), "dom"
    begun = [h for h in h1s if len(h) > 12 and any(name.startswith(_key(h)) for name in names)]
    if begun:
        return max(begun, key=len), "dom"
    # An h1 in several pieces may hold a kicker, so that the head is believed where it agrees with itself.
    pieces = _pieces_of(tree) if only else []
    agreed = len(bare) == 2 and bare[0] == bare[1] and len(pieces) > 1 and (
        metas.get("og:type", "").lower().startswith("article"))  # fmt: skip
    for piece in pieces if len(pieces) > 1 else []:
        if len(piece.split()) > 3 and len(piece) * 2 > len(only) and any(_key(piece) in name for name in names):
            return piece, "dom"
    kicker = bool(social) and _key(only).endswith(_key(social))
    related = not names or bool(_words(only) & _words(f"{social} {head}"))
    names_site = _key(only) in _key(publisher) or names[-1].endswith(_key(only))
    if only and related and not agreed and not kicker and not names_site:
        return only, "dom"
    for evidence, value in (("meta", social), ("dom", head), ("feed", entry.title if entry else ""),
                            ("dom", h1s[0] if h1s else "")):  # fmt: skip
        if value.strip():
            return strip_site(value, publisher), evidence
    return "", ""


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.casefold()) if len(word) > 3 or not word.isascii()}


def _pieces_of(tree: HtmlElement) -> list[str]:
    """The texts of the first h1's parts."""
    heading = tree.find(".//h1")
    return [] if heading is None else [piece for text in heading.itertext() if (piece := _tidy(text))]


def _tidy(text: str) -> str:
    """One line, entities that were escaped twice resolved, no soft hyphens."""
    return " ".join(html.unescape(text).replace("\xad", "").split())


def strip_site(title: str, publisher: str) -> str:
    """The title without a trailing site name after a separator."""
    pieces = [(m.start(), m.end()) for m in _SEPARATOR.finditer(title)]
    if pieces:
        start, end = pieces[-1]
        tail = title[end:]
        if (publisher and _key(publisher) in _key(tail)) or (title[start:end].strip() == "|" and len(tail) < 30):
            return title[:start].strip()
    return title


def _key(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
