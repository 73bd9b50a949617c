"""When an article was published and last changed, as the page states it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from lxml import etree
from lxml.html import HtmlElement

from extractors.dates import parse_date
from extractors.model import DateCertainty, FeedEntry
from extractors.pages.blocks import PageBlocks
from extractors.pages.jsonld import Node, text_of
from extractors.pages.shown_dates import ShownDate, find_shown_dates

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
_URL_DATE = re.compile(r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?=[/_-]|$)")
_URL_DAY_FIRST = re.compile(r"(?<!\d)(0[1-9]|[12]\d|3[01])[-.](0[1-9]|1[0-2])[-.]((?:19|20)\d\d)(?!\d)")
_ISO_DAY = re.compile(r"\s*((?:19|20)\d\d)-?(\d\d)-?(\d\d)(?!\d)")
# Names under which scripts of pages (a broken JSON-LD, a framework's state) carry the time of publication.
_IN_SCRIPT = re.compile(r"\\?[\"'](?:date_?[pP]ublished|publish(?:ed)?_?(?:[aA]t|[dD]ate|[tT]ime)|"
                        r"(?:first|original)_?[pP]ub\w{0,20}|publication_?[dD]ate|pub_?[dD]ate|create_?[dD]ate)\\?[\"']\s*:\s*"
                        r"\\?[\"']((?:19|20)\d\d-?\d\d-?\d\d[^\"'\\,}]{0,20})")  # fmt: skip
_MARKED = etree.XPath("//*[@itemprop='datePublished' or contains(concat(' ', @class, ' '), ' published ') or "
                      "contains(@class, 'dt-published') or @pubdate]")  # fmt: skip
_NEAR = 15.0  # how far from the headline a shown date may be to come before what scripts and the address say
_EAST, _WEST = timedelta(hours=14), timedelta(hours=12)
_FAR, _FARTHEST = 40.0, 80.0  # how far one may be to be believed at all; the only one of the page


@dataclass(frozen=True, slots=True, kw_only=True)
class PageDates:
    """Publication and modification; `evidence` is empty where nothing is stated. `published_on` is the day of
    publication as the page writes it, in its publisher's own time zone (`2026-03-01`)."""

    published_at: datetime | None = None
    certainty: DateCertainty = "none"
    published_on: str | None = None
    modified_at: datetime | None = None
    evidence: str = ""


def find_dates(tree: HtmlElement, metas: dict[str, str], node: Node | None, page: PageBlocks, *, heading: int, url: str,
               language: str | None, entry: FeedEntry | None, now: datetime) -> PageDates:  # fmt: skip
    """Publication from JSON-LD, meta elements, elements marked as its date, dates shown around the headline, scripts,
    the URL, the feed; in this order, the first that states a plausible time.

    The day of a change comes last (evidence `text` where it is shown, `modified` where it is stated): the page is not
    younger than that. Its certainty is `day`.
    """
    modified = None
    for raw in [text_of(node.get("dateModified")) if node else "", *(metas.get(m, "") for m in _MODIFIED_METAS)]:
        parsed = parse_date(raw, now=now) if raw else None
        if parsed and parsed.certainty != "suspect":
            modified = parsed.at
            break
    for evidence, raw in _stated(metas, node):
        parsed = parse_date(raw, now=now) if raw else None
        if parsed and parsed.certainty in ("exact", "day"):
            day = _day_in_url(url, parsed.at)
            return _to_the_minute(PageDates(
                published_at=parsed.at, certainty=parsed.certainty, modified_at=modified,
                published_on=day or _day_as_written(raw, parsed.at), evidence=evidence,
            ), entry)  # fmt: skip
    everything = find_shown_dates(page, heading, now=now, language=language)
    for evidence, raw, day in _searched(tree, node, everything, url, entry):
        parsed = parse_date(raw, now=now)
        if parsed and parsed.certainty in ("exact", "day"):
            return _to_the_minute(PageDates(
                published_at=parsed.at, certainty=parsed.certainty, modified_at=modified,
                published_on=day or _day_as_written(raw, parsed.at), evidence=evidence,
            ), entry)  # fmt: skip
    if entry and entry.published_at:
        return PageDates(published_at=entry.published_at, certainty=entry.published_certainty, modified_at=modified,
                         published_on=entry.published_at.date().isoformat(), evidence="feed")  # fmt: skip
    for shown in sorted(everything, key=lambda s: s.distance):
        parsed = parse_date(shown.day, now=now)
        if parsed and shown.changed and shown.distance <= _FARTHEST:
            return PageDates(published_at=parsed.at, certainty="day", modified_at=modified, published_on=shown.day,
                             evidence="text")  # fmt: skip
    if modified:
        return PageDates(published_at=modified, certainty="day", modified_at=modified, evidence="modified",
                         published_on=modified.date().isoformat())  # fmt: skip
    return PageDates()


def _to_the_minute(dates: PageDates, entry: FeedEntry | None) -> PageDates:
    """The feed's time of day where the page states the day alone: who was first is a matter of hours."""
    if dates.certainty != "day" or dates.published_at is None or entry is None or entry.published_certainty != "exact":
        return dates
    # A day begins 14 hours before UTC's at the earliest and ends 12 hours after it at the latest.
    if entry.published_at and -_EAST <= entry.published_at - dates.published_at < timedelta(days=1) + _WEST:
        return replace(dates, published_at=entry.published_at, certainty="exact", evidence="feed")
    return dates


def _stated(metas: dict[str, str], node: Node | None) -> Iterator[tuple[str, str]]:
    """Evidence and what the page's head states as its time of publication, in order of belief."""
    if node:
        yield "json-ld", text_of(node.get("datePublished"))
    for name in _PUBLISHED_METAS:
        if name in metas:
            yield "meta", metas[name]


def _searched(tree: HtmlElement, node: Node | None, everything: list[ShownDate], url: str,
              entry: FeedEntry | None) -> Iterator[tuple[str, str, str | None]]:  # fmt: skip
    """Evidence, a time, and the day shown (None: that of the time as written), in order of belief."""
    shown = [s for s in everything if not s.changed]
    found = _URL_DATE.search(url)
    in_url = "-".join(found.groups()) if found else ""
    found = _URL_DAY_FIRST.search(url)
    in_url = in_url or ("-".join(reversed(found.groups())) if found else "")
    for date_shown in shown:
        if date_shown.distance <= _NEAR and in_url in ("", date_shown.day):
            yield ("dom" if date_shown.marked else "text"), date_shown.raw, date_shown.day
    if in_url:
        yield "url", in_url, None
    marked: list[HtmlElement] = _MARKED(tree)  # type: ignore[assignment]
    for name in ("content", "datetime", "title"):
        if marked and (raw := marked[0].get(name)):
            yield "dom", raw, None
    if node:
        yield "json-ld", text_of(node.get("dateCreated")), None
    in_scripts = {found for script in tree.iter("script") if script.text and len(script.text) < 2_000_000
                  for found in _IN_SCRIPT.findall(script.text)}  # fmt: skip
    if len({found[:10] for found in in_scripts}) == 1:  # several are those of other articles
        yield "script", min(in_scripts), None
    told = any(s.changed and s.distance <= _NEAR for s in everything)  # of a change only, where one looks for it
    if (entry is None or entry.published_at is None) and not told:
        for date_shown in shown:
            if date_shown.distance <= _FAR or (date_shown.distance <= _FARTHEST and len({s.day for s in shown}) == 1):
                yield "text", date_shown.day, date_shown.day


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
