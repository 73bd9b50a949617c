"""What a page says about itself in JSON-LD (schema.org), tolerant of the mistakes that publishers make."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from lxml.html import HtmlElement

_ARTICLE_TYPES = frozenset({
    "article", "newsarticle", "reportagenewsarticle", "analysisnewsarticle", "opinionnewsarticle", "blogposting",
    "backgroundnewsarticle", "reviewnewsarticle", "askpublicnewsarticle", "advertisercontentarticle", "report",
    "satiricalarticle", "scholarlyarticle", "techarticle", "socialmediaposting", "liveblogposting",
    "medicalscholarlyarticle",
})  # fmt: skip
_PAGE_TYPES = frozenset({"webpage", "itempage", "aboutpage", "videoobject", "podcastepisode", "creativework", "blog"})
_WRAPPERS = re.compile(
    r"^\s*(?:<!--|//<!\[CDATA\[|<!\[CDATA\[|/\*<!\[CDATA\[\*/)|(?:-->|//\]\]>|\]\]>|/\*\]\]>\*/);?\s*$"
)
_TRAILING_COMMA = re.compile(r",\s*([}\]])")
_MAX_CHARS = 2_000_000
_MAX_DEPTH = 12

Node = dict[str, Any]


def find_nodes(tree: HtmlElement) -> list[Node]:
    """Every object with a type in the page's JSON-LD, outer ones first; unreadable blocks are skipped."""
    nodes: list[Node] = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            value = _loads(script.text)
            nodes.extend(_walk(value, 0))
    return nodes


def find_article(nodes: list[Node], *, url: str) -> Node | None:
    """The node that describes the page's article, None without one.

    Articles come before web pages; among articles, the one that names this URL, then the one with a headline and the
    longest body (others are teasers).
    """
    articles = [n for n in nodes if types_of(n) & _ARTICLE_TYPES]
    if not articles:
        return next((n for n in nodes if types_of(n) & _PAGE_TYPES and n.get("datePublished")), None)

    def rank(node: Node) -> tuple[bool, bool, int]:
        return (_same_page(node, url), bool(text_of(node.get("headline"))), len(text_of(node.get("articleBody"))))

    best = max(articles, key=rank)
    return best


def types_of(node: Node) -> frozenset[str]:
    """The node's types in lower case, without namespace."""
    kinds = node.get("@type")
    names = kinds if isinstance(kinds, list) else [kinds]
    return frozenset(str(k).rsplit("/", 1)[-1].rsplit(":", 1)[-1].lower() for k in names if k)


def text_of(value: object) -> str:
    """A property's text: strings unescaped, objects by their name or value, lists by their first text."""
    if isinstance(value, str):
        return " ".join(html.unescape(value).split())
    if isinstance(value, dict):
        for key in ("name", "@value", "headline", "url", "@id"):
            if isinstance(value.get(key), str):
                return text_of(value[key])
    if isinstance(value, list):
        return next((t for t in map(text_of, value) if t), "")
    return ""


def body_of(node: Node | None) -> str:
    """The article body with its line breaks, markup unescaped but not removed; empty without one."""
    value = node.get("articleBody") if node else None
    if isinstance(value, list):
        value = "\n".join(v for v in value if isinstance(v, str))
    return html.unescape(value) if isinstance(value, str) else ""


def _loads(raw: str) -> Any:
    if len(raw) > _MAX_CHARS:
        return None
    text = _WRAPPERS.sub("", _WRAPPERS.sub("", raw)).strip().rstrip(";")
    for attempt in (text, _TRAILING_COMMA.sub(r"\1", text), html.unescape(text)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _walk(value: Any, depth: int) -> Iterator[Node]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, dict):
        if "@type" in value:
            yield value
        for key, inner in value.items():
            if isinstance(inner, dict | list) and key not in ("review", "comment"):
                yield from _walk(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner, depth + 1)


def _same_page(node: Node, url: str) -> bool:
    path = url.split("?")[0].split("#")[0].rstrip("/").split("://")[-1]
    for key in ("url", "mainEntityOfPage", "@id"):
        value = node.get(key)
        candidate = value.get("@id") or value.get("url") if isinstance(value, dict) else value
        if isinstance(candidate, str) and candidate.split("?")[0].split("#")[0].rstrip("/").split("://")[-1] == path:
            return True
    return False
