"""When an article was published and last changed, as the page states it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import htmldate
import htmldate.extractors
from lxml import etree
from lxml.html import HtmlElement

from extractors.dates import parse_date
from extractors.model import DateCertainty, FeedEntry
from extractors.pages.jsonld import Node, text_of
from extractors.pages.tree import source_of

_PUBLISHED_METAS = (
    "article:published_time", "datepublished", "og:article:published_time", "article:published", "og:published_time",
    "parsely-pub-date", "og:pubdate", "dc.date.issued", "dcterms.issued", "dc.date.created", "dcterms.created",
    "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "sailthru.date", "publish-date", "publishdate",
    "publish_date", "og:publish_date", "published_at", "publication_date", "pubdate", "article_date_original",
    "originalpublicationdate", "dc.date", "dcterms.date", "date", "vr:published_time", "citation_publication_date",
    "citation_date", "bt:pubdate", "blogger:published", "created", "rnews:datepublished", "uploaddate",
)  # fmt: skip
_MODIFIED_METAS = (
    "article:modified_time", "datemodified", "og:updated_time", "article:modified", "og:modified_time",
    "dcterms.modified", "dc.date.modified", "last-modified", "revised", "lastmod",
)  # fmt: skip
_URL_DATE = re.compile(r"/((?:19|20)\d\d)[/-](0[1-9]|1[0-2])[/-](0[1-9]|[12]\d|3[01])(?=[/-]|$)")
_ISO_DAY = re.compile(r"\s*((?:19|20)\d\d)-?(\d\d)-?(\d\d)(?!\d)")
_DATED = re.compile(r"date|time|publish|posted|datum|fecha|erschienen|stand\b|meta|byline|created|dateline",
                    re.IGNORECASE)  # fmt: skip
_NOT_DATED = re.compile(r"update|modif|comment|related|teaser|sidebar|footer|recent|card|event|widget|changed|"
                        r"copyright|aktualisiert|reading|duration|prev|next", re.IGNORECASE)  # fmt: skip
_CHANGED = re.compile(r"updat|modif|aktualisiert|mis à jour|actualizado|changed|revised|更新|reviewed", re.IGNORECASE)
_IN_TEXT = re.compile(
    r"(?:19|20)\d\d-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:?\d\d)?)?|"
    r"(?:19|20)\d\d\s?年\s?\d\d?\s?月\s?\d\d?\s?日|"
    r"[^\W\d_]{3,12}\.? \d{1,2}(?:st|nd|rd|th)?,? (?:19|20)\d\d|\d{1,2}(?:st|nd|rd|th|er|\.)? (?:de )?[^\W\d_]{3,12}"
    r"\.?,? (?:de )?(?:19|20)\d\d|\d{1,2}\.\d{1,2}\.(?:19|20)\d\d|(?:19|20)\d\d/\d\d?/\d\d?"
)
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|er)\b")
_NO_DATES = frozenset({"script", "style", "body", "html", "svg", "path", "head", "link", "meta", "main"})
_MAX_LOOKED = 600


class _OurParser:
    """Stands in for dateparser behind htmldate: its first call costs four seconds, which a page does not have."""

    def get_date_data(self, text: str) -> dict[str, datetime | None]:
        """`date_obj`: the time that the text states by our own strict reading, or None."""
        parsed = parse_date(text.strip(" .,|-"), now=_FAR)
        return {"date_obj": parsed.at.replace(tzinfo=None) if parsed else None}


_FAR = datetime(2100, 1, 1, tzinfo=UTC)  # htmldate judges itself what is plausible
htmldate.extractors.get_external_parser = _OurParser  # type: ignore[assignment]
# Month names of three hundred languages, which our reading does not know anyway, take a second to load.
htmldate.extractors.month_words = frozenset  # type: ignore[assignment]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageDates:
    """Publication and modification; `evidence` is empty where nothing is stated. `published_on` is the day of
    publication as the page writes it, in its publisher's own time zone (`2026-03-01`)."""

    published_at: datetime | None = None
    certainty: DateCertainty = "none"
    published_on: str | None = None
    modified_at: datetime | None = None
    evidence: str = ""


def find_dates(tree: HtmlElement, metas: dict[str, str], node: Node | None, *, url: str, entry: FeedEntry | None,
               now: datetime) -> PageDates:  # fmt: skip
    """Publication from JSON-LD, meta elements, dated elements after the headline, the URL, the feed; in this order.

    Where all are silent, htmldate searches the page's text; what it finds is a day (evidence `text`).
    """
    modified = None
    for raw in [text_of(node.get("dateModified")) if node else "", *(metas.get(m, "") for m in _MODIFIED_METAS)]:
        parsed = parse_date(raw, now=now) if raw else None
        if parsed and parsed.certainty != "suspect":
            modified = parsed.at
            break
    for evidence, raw, shown in _stated(tree, metas, node, url):
        parsed = parse_date(raw, now=now) if raw else None
        if parsed and parsed.certainty in ("exact", "day"):
            seen = parse_date(shown, now=now) if shown else None
            if seen and abs(seen.at.date() - parsed.at.date()) <= timedelta(days=1):
                day = seen.at.date().isoformat()
            else:
                day = _day_in_url(url, parsed.at) or _day_as_written(raw, parsed.at)
            return PageDates(published_at=parsed.at, certainty=parsed.certainty, modified_at=modified,
                             published_on=day, evidence=evidence)  # fmt: skip
    if entry and entry.published_at:
        return PageDates(published_at=entry.published_at, certainty=entry.published_certainty, modified_at=modified,
                         published_on=entry.published_at.date().isoformat(), evidence="feed")  # fmt: skip
    found = htmldate.find_date(source_of(tree), original_date=True, extensive_search=True,
                               url=url if "://" in url else None, max_date=now + timedelta(days=1))  # fmt: skip
    parsed = parse_date(found, now=now) if found and not found.endswith("-01-01") else None  # a year in its prose
    if parsed is None or parsed.certainty == "suspect":
        return PageDates(modified_at=modified)
    return PageDates(published_at=parsed.at, certainty="day", published_on=found, modified_at=modified, evidence="text")


def _stated(tree: HtmlElement, metas: dict[str, str], node: Node | None, url: str) -> Iterator[tuple[str, str, str]]:
    """Evidence, the stated time, and the day shown beside it, in order of belief."""
    if node:
        yield "json-ld", text_of(node.get("datePublished")), ""
    for name in _PUBLISHED_METAS:
        if name in metas:
            yield "meta", metas[name], ""
    for raw, shown in _dated_elements(tree):
        yield "dom", raw, shown
    if node:
        yield "json-ld", text_of(node.get("dateCreated")), ""
    in_url = _URL_DATE.search(url)
    if in_url:
        yield "url", "-".join(in_url.groups()), ""


def _dated_elements(tree: HtmlElement) -> list[tuple[str, str]]:
    """What elements marked as a date say, and the day that they show where it differs from what they state: the ones
    nearest to the headline first, those below it before those above it."""
    found: list[tuple[int, int, str, str]] = []
    heading = -1
    for place, element in enumerate(tree.iter(etree.Element)):
        tag = element.tag
        if tag == "h1" and heading < 0 and len(" ".join(element.itertext()).strip()) > 12:
            heading = place
        if found and heading >= 0 and place > heading + _MAX_LOOKED:
            break
        if tag in _NO_DATES:
            continue
        marks = f"{element.get('class') or ''} {element.get('itemprop') or ''} {element.get('id') or ''}"
        if (tag != "time" and not _is_marked(marks)) or _NOT_DATED.search(marks):
            continue
        text = " ".join(element.itertext())
        shown = _date_in(text)
        raw = element.get("datetime") or element.get("content") or shown
        if raw and not (tag == "time" and _CHANGED.search(text[:60])):
            found.append((place, 40 if tag == "time" or "ublish" in marks else 0, raw, shown))
    heading = max(heading, 0)
    found.sort(key=lambda f: (f[0] - heading if f[0] >= heading else 2 * (heading - f[0])) - f[1])
    return [(raw, shown if raw.endswith("Z") else "") for _, _, raw, shown in found[:4]]


@lru_cache(maxsize=10_000)
def _is_marked(marks: str) -> bool:
    return len(marks) > 5 and _DATED.search(marks) is not None


def _date_in(text: str) -> str:
    """The first date written in a short text that does not speak of a change; empty without one."""
    text = " ".join(text.split())[:300]
    changed = _CHANGED.search(text)
    found = _IN_TEXT.search(text[: changed.start()] if changed else text)
    return _ORDINAL.sub("", found.group()) if found else ""


def _day_in_url(url: str, at: datetime) -> str | None:
    """The day in the address, which is the publisher's own, if it is that of `at` or next to it."""
    found = _URL_DATE.search(url)
    if not found:
        return None
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None
    return day.isoformat() if abs(day - at.date()) <= timedelta(days=1) else None


def _day_as_written(raw: str, at: datetime) -> str:
    found = _ISO_DAY.match(raw)
    if found:
        try:
            return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
        except ValueError:
            pass
    return at.date().isoformat()
