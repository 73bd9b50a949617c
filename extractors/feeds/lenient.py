"""Feeds of every dialect and in any state of repair, read by feedparser, then by fastfeedparser."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import fastfeedparser
import feedparser

from extractors.feeds.hints import ttl_s
from extractors.feeds.model import FeedFormat, RawEntry, RawFeed

_DATE_FIELDS = ("published", "created", "updated")


def read_with_feedparser(text: str, *, url: str, max_entries: int) -> RawFeed | None:
    """What feedparser makes of the document, its sanitiser and link rewriting off; None where it gives up.

    The caller has removed the DOCTYPE and bounded size and depth; feedparser sees UTF-8.
    """
    try:
        found = feedparser.parse(
            io.BytesIO(text.encode("utf-8", "replace")),
            response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception:  # `&#99999999;` is one of several ways to make it raise
        return None
    feed = found.feed
    version = str(found.get("version") or "")
    form: FeedFormat = "cdf" if version == "cdf" else "atom" if version.startswith("atom") else "rss"
    links = [link for link in feed.get("links", ()) if link.get("href")]
    return RawFeed(
        entries=[_entry(e) for e in found.entries[:max_entries]],
        dropped=max(0, len(found.entries) - max_entries),
        format="rdf" if version in ("rss090", "rss10") else form,
        title=str(feed.get("title") or ""),
        language=feed.get("language") or None,
        homepage=feed.get("link") or None,
        ttl_s=ttl_s(feed.get("ttl"), feed.get("sy_updateperiod"), feed.get("sy_updatefrequency")),
        hub_url=_rel(links, "hub"),
        self_url=_rel(links, "self"),
        moved_to=feed.get("newlocation") or feed.get("itunes_new-feed-url") or None,
        next_links=tuple(link["href"] for link in links if link.get("rel") in ("next", "prev-archive")),
        intact=not found.bozo,
    )


def read_with_fastfeedparser(text: str, *, url: str, max_entries: int) -> RawFeed | None:
    """What fastfeedparser makes of the document; None where it gives up."""
    try:
        found: Any = fastfeedparser.parse(
            text.encode("utf-8", "replace"), include_media=False, include_enclosures=False
        )
    except Exception:  # it raises what its XML layer raises; all of it means the same to us
        return None
    feed = found.feed
    return RawFeed(
        entries=[_fast_entry(e) for e in found.entries[:max_entries]],
        dropped=max(0, len(found.entries) - max_entries),
        format="rss",
        title=str(feed.get("title") or ""),
        language=feed.get("language") or None,
        homepage=feed.get("link") or None,
        intact=False,
    )


READERS: tuple[Callable[..., RawFeed | None], ...] = (read_with_feedparser, read_with_fastfeedparser)

def _rel(links: list[Any], rel: str) -> str | None:
    return next((str(link["href"]) for link in links if link.get("rel") == rel), None)


def _entry(entry: Any) -> RawEntry:
    title = entry.get("title_detail") or {}
    content = next((c.get("value") for c in entry.get("content", ()) if c.get("value")), None)
    authors = [str(a.get("name") or "") for a in entry.get("authors", ())] or [str(entry.get("author") or "")]
    there = set(entry.keys())  # its own `in` and `get` answer for `published` where `updated` is asked for
    stated = [str(entry[name]) for name in _DATE_FIELDS if name in there and entry[name]]
    updated = entry["updated"] if "updated" in there else None
    return RawEntry(
        key=entry.get("id") or None,
        link=entry.get("link") or None,
        title=str(entry.get("title") or ""),
        title_is_text=title.get("type") == "text/plain" and not str(entry.get("title") or "").startswith("<"),
        summary=str(entry.get("summary") or ""),
        content_html=content,
        authors=tuple(authors),
        published=stated[0] if stated else None,
        updated=str(updated) if updated else None,
        language=title.get("language") or None,
        categories=tuple(str(t.get("label") or t.get("term") or "") for t in entry.get("tags", ())),
    )


def _fast_entry(entry: Any) -> RawEntry:
    content = next((c.get("value") for c in entry.get("content") or () if c.get("value")), None)
    return RawEntry(
        key=entry.get("id") or None,
        link=entry.get("link") or None,
        title=str(entry.get("title") or ""),
        summary=str(entry.get("description") or entry.get("summary") or ""),
        content_html=content,
        authors=(str(entry.get("author") or ""),),
        published=entry.get("published") or None,
        updated=entry.get("updated") or None,
    )
