"""When an article was published and last changed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from lxml.html import HtmlElement

from extractors.dates import parse_date
from extractors.model import DateCertainty, FeedEntry
from extractors.pages.jsonld import Node, text_of

_PUBLISHED_METAS = (
    "article:published_time", "datepublished", "og:article:published_time", "parsely-pub-date", "date",
    "dc.date.issued", "dcterms.issued", "dc.date", "dcterms.created",
    "dcterms.date", "pubdate", "publish-date", "publishdate", "sailthru.date",
    "cxenseparse:recs:publishtime", "citation_publication_date",
)  # fmt: skip
_MODIFIED_METAS = ("article:modified_time", "datemodified", "og:updated_time", "dcterms.modified", "last-modified")
_URL_DATE = re.compile(r"/((?:19|20)\d\d)[/-](0?[1-9]|1[0-2])[/-](0?[1-9]|[12]\d|3[01])(?=[/-])")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageDates:
    """Publication and modification; `evidence` is empty where nothing is stated."""

    published_at: datetime | None = None
    certainty: DateCertainty = "none"
    modified_at: datetime | None = None
    evidence: str = ""


def find_dates(tree: HtmlElement, metas: dict[str, str], node: Node | None, *, url: str, entry: FeedEntry | None,
               now: datetime) -> PageDates:  # fmt: skip
    """Publication from JSON-LD, meta elements, time elements, the URL, then the feed."""
    modified = None
    for raw in [text_of(node.get("dateModified")) if node else "", *(metas.get(m, "") for m in _MODIFIED_METAS)]:
        parsed = parse_date(raw, now=now) if raw else None
        if parsed and parsed.certainty != "suspect":
            modified = parsed.at
            break
    candidates = [
        ("json-ld", text_of(node.get("datePublished") or node.get("dateCreated")) if node else ""),
        *(("meta", metas.get(m, "")) for m in _PUBLISHED_METAS),
        *(("dom", t.get("datetime") or "") for t in tree.xpath("//article//time")[:1] or tree.xpath("//time")[:1]),
        *(("url", "-".join(m.groups())) for m in [_URL_DATE.search(url)] if m),
    ]
    for evidence, raw in candidates:
        parsed = parse_date(raw, now=now) if raw else None
        if parsed and parsed.certainty in ("exact", "day"):
            return PageDates(published_at=parsed.at, certainty=parsed.certainty, modified_at=modified,
                             evidence=evidence)  # fmt: skip
    if entry and entry.published_at:
        return PageDates(published_at=entry.published_at, certainty=entry.published_certainty, modified_at=modified,
                         evidence="feed")  # fmt: skip
    return PageDates(modified_at=modified)
