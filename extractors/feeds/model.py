"""What reading a feed gives: its entries and what it says about itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from extractors.model import FeedEntry, Problem

FeedFormat = Literal["rss", "rdf", "atom", "cdf", "json", "sitemap", "sitemap-index", "html", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternate:
    """A feed that a page or feed points to: address, media type as stated, title as stated."""

    url: str
    media_type: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed as read; entries in the feed's order, at most `max_entries`, `dropped` beyond them.

    `ttl_s` is how long the feed itself says that it need not be asked again (RSS ttl, syndication module, sitemap
    changefreq), None if it says nothing. `hub_url` and `self_url` are WebSub's. `next_links` are further pages of the
    same feed (RFC 5005) or, for a sitemap index, its sitemaps, newest first. `alternates` are feeds that an HTML page
    announces. `intact` is False where the document was broken and had to be repaired: the tail may be missing.
    `problem` is set exactly when the body is not a readable feed; then there are no entries. A feed without entries
    is no problem.
    """

    entries: tuple[FeedEntry, ...] = ()
    dropped: int = 0
    format: FeedFormat = "none"
    title: str = ""
    language: str | None = None
    homepage: str | None = None
    ttl_s: float | None = None
    hub_url: str | None = None
    self_url: str | None = None
    moved_to: str | None = None
    next_links: tuple[str, ...] = ()
    alternates: tuple[Alternate, ...] = ()
    intact: bool = True
    problem: Problem | None = None


@dataclass(slots=True, kw_only=True)
class RawEntry:
    """One entry as a reader found it, nothing judged: raw strings, None where not stated.

    `title` and `summary` are markup unless `title_is_text`. Links are already resolved against the document's base;
    `original_link` is the publisher's own, where `link` leads through a distributor.
    """

    key: str | None = None
    link: str | None = None
    original_link: str | None = None
    title: str = ""
    title_is_text: bool = False
    summary: str = ""
    content_html: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    updated: str | None = None
    language: str | None = None
    categories: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class RawFeed:
    """A document as a reader found it; see `ParsedFeed` for the meaning."""

    entries: list[RawEntry]
    format: FeedFormat
    title: str = ""
    language: str | None = None
    homepage: str | None = None
    ttl_s: float | None = None
    hub_url: str | None = None
    self_url: str | None = None
    moved_to: str | None = None
    next_links: tuple[str, ...] = ()
    dropped: int = 0
    intact: bool = True
