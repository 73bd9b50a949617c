"""Who wrote it: people only, never the publisher, an address or a link."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from extractors.model import FeedEntry
from extractors.pages.jsonld import Node, text_of

_BY = re.compile(r"^\s*(?:by|von|par|por|di|da)\s+", re.I)
_SPLIT = re.compile(r"\s*(?:[;|/\n]|,|\s(?:and|und|et|y|e|&)\s)\s*")


def find_authors(tree: HtmlElement, metas: dict[str, str], node: Node | None, nodes: list[Node], *, publisher: str,
                 entry: FeedEntry | None) -> tuple[tuple[str, ...], str]:  # fmt: skip
    """Names of the authors and the evidence; nothing where only the publisher signs."""
    for evidence, values in (
        ("json-ld", _stated(node, nodes)),
        ("meta", [metas.get("author") or metas.get("article:author") or metas.get("dc.creator") or ""]),
        ("dom", [e.text_content() for e in tree.xpath('//*[@rel="author" or @itemprop="author"]')[:4]]),
        ("feed", list(entry.authors) if entry else []),
    ):
        names = tuple(dict.fromkeys(n for v in values for n in split_names(v) if _is_person(n, publisher)))
        if names:
            return names, evidence
    return (), ""


def split_names(byline: str) -> list[str]:
    """The names in a byline, without the `by`."""
    return [name for part in _SPLIT.split(_BY.sub("", " ".join(byline.split()))) if (name := part.strip(" .,:"))]


def _stated(node: Node | None, nodes: list[Node]) -> list[str]:
    value = (node.get("author") or node.get("creator")) if node else None
    values = value if isinstance(value, list) else [value]
    by_id = {n.get("@id"): n for n in nodes if n.get("@id")}
    return [text_of(by_id.get(v.get("@id"), v) if isinstance(v, dict) and "name" not in v else v) for v in values]


def _is_person(name: str, publisher: str) -> bool:
    key = "".join(c for c in name.casefold() if c.isalnum())
    house = "".join(c for c in publisher.casefold() if c.isalnum())
    is_house = bool(house) and (key in house or house in key)
    return 2 < len(name) < 60 and "@" not in name and "://" not in name and not is_house
