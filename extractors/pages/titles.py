"""The article's headline: from h1, JSON-LD and meta elements, without the site's name behind it."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from extractors.model import FeedEntry
from extractors.pages.jsonld import Node, text_of

_SEPARATOR = re.compile(r"\s+[|–—·»•:-]\s+|\s*\|\s*")


def find_title(tree: HtmlElement, metas: dict[str, str], node: Node | None, *, publisher: str,
               entry: FeedEntry | None) -> tuple[str, str]:  # fmt: skip
    """The headline and its evidence; two empty strings where the page and its entry have none."""
    stated = text_of(node.get("headline")) if node else ""
    social = metas.get("og:title") or metas.get("twitter:title") or ""
    head = " ".join((tree.findtext(".//title") or "").split())
    h1s = [" ".join(h.text_content().split()) for h in tree.iter("h1")]
    h1s = [h for h in h1s if 2 < len(h) < 300]
    known = _key(" ".join((stated, social, head)))
    for h1 in h1s:
        if _key(h1) in known:
            return h1, "dom"
    for evidence, value in (("json-ld", stated), ("meta", social), ("dom", h1s[0] if len(h1s) == 1 else ""),
                            ("dom", head), ("feed", entry.title if entry else "")):  # fmt: skip
        if value.strip():
            return strip_site(" ".join(value.split()), publisher), evidence
    return "", ""


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
