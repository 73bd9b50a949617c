"""Sitemaps as feeds: Google News sitemaps, plain sitemaps, sitemap indexes (sitemaps.org/protocol)."""

from __future__ import annotations

from lxml import etree

from extractors.feeds.model import RawEntry, RawFeed
from extractors.urls import join_url

_CHANGES_S = {"always": 900, "hourly": 3600, "daily": 86400, "weekly": 604800, "monthly": 2592000}


def read_sitemap(root: etree._Element, *, url: str, max_entries: int) -> RawFeed | None:
    """The entries of a `urlset`, or the further sitemaps of a `sitemapindex`; None for another root.

    A plain sitemap gives entries without title, dated by lastmod as their update: it is for discovery.
    """
    name = _local(root)
    if name == "sitemapindex":
        found = [(_texts(child).get("lastmod", ""), _texts(child).get("loc", "")) for child in root]
        newest_first = sorted((pair for pair in found if pair[1]), key=lambda pair: pair[0], reverse=True)
        return RawFeed(
            entries=[], format="sitemap-index", next_links=tuple(join_url(url, loc) for _, loc in newest_first[:50])
        )
    if name != "urlset":
        return None
    pages = [child for child in root if _local(child) == "url"]
    entries = [_entry(page, url) for page in pages[:max_entries]]
    publication = next((_find(page, "name") for page in pages[:1]), None)
    frequency = next((_find(page, "changefreq") for page in pages[:1]), None)
    return RawFeed(
        entries=entries,
        dropped=max(0, len(pages) - max_entries),
        format="sitemap",
        title=publication or "",
        language=entries[0].language if entries else None,
        ttl_s=_CHANGES_S.get((frequency or "").lower()),
    )


def _entry(page: etree._Element, base: str) -> RawEntry:
    texts = _texts(page)
    link = texts.get("loc")
    keywords = texts.get("keywords", "")
    return RawEntry(
        key=link,
        link=join_url(base, link) if link else None,
        title=texts.get("title", ""),
        published=texts.get("publication_date") or None,
        updated=texts.get("lastmod") or None,
        language=texts.get("language") or None,
        categories=tuple(k.strip() for k in keywords.split(",") if k.strip()),
    )


def _texts(element: etree._Element) -> dict[str, str]:
    """Text of every descendant by local name; the first of a name wins, images and videos are passed over."""
    out: dict[str, str] = {}
    skipped: set[etree._Element] = set()
    for child in element.iterdescendants():
        parent = child.getparent()
        if parent in skipped or _local(child) in ("image", "video"):
            skipped.add(child)
            continue
        try:
            text = (child.text or "").strip()
        except UnicodeDecodeError:  # half a surrogate pair, written as a character reference
            continue
        if text:
            out.setdefault(_local(child), text)
    return out


def _find(element: etree._Element, name: str) -> str | None:
    return _texts(element).get(name)


def _local(element: etree._Element) -> str:
    tag = element.tag
    return tag.rsplit("}", 1)[-1].lower() if isinstance(tag, str) else ""
