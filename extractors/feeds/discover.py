"""Which feeds an HTML page announces."""

from __future__ import annotations

import re
from html import unescape

from extractors.feeds.model import Alternate
from extractors.urls import canonical_url

_LINK_TAG = re.compile(r"<(?:link|base)\b[^<>]{1,2000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]{1,20})\s*=\s*(?:"([^"]{0,2000})"|'([^']{0,2000})'|([^\s"'<>`]{1,2000}))""")
_FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml",
               "application/xml", "text/xml", "application/json"}  # fmt: skip
_MAX_ALTERNATES = 20


def find_alternates(text: str, *, url: str) -> tuple[Alternate, ...]:
    """The feeds of `<link rel="alternate">`, in the page's order, comment feeds last; at most 20."""
    base = url
    found: dict[str, Alternate] = {}
    for tag in _LINK_TAG.findall(text[:500_000]):
        values = {m[0].lower(): unescape(m[1] or m[2] or m[3]) for m in _ATTRIBUTE.findall(tag)}
        if tag[1:5].lower() == "base":
            base = canonical_url(values.get("href", ""), base) or base
            continue
        kind = values.get("type", "").split(";")[0].strip().lower()
        rels = values.get("rel", "").lower().split()
        if kind not in _FEED_TYPES or not {"alternate", "feed"} & set(rels) or "stylesheet" in rels:
            continue
        target = canonical_url(values.get("href", ""), base)
        if target and "/wp-json/" not in target and "oembed" not in target:
            found.setdefault(target, Alternate(url=target, media_type=kind, title=values.get("title", "")[:200]))
        if len(found) >= _MAX_ALTERNATES:
            break
    return tuple(sorted(found.values(), key=lambda a: "comments" in a.url or "comment" in a.title.lower()))
