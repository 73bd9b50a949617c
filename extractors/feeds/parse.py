"""A feed's bytes to its entries, whatever the dialect and however broken, in bounded time and memory."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime

from lxml import etree

from extractors.dates import ParsedDate, parse_date
from extractors.feeds.body import (
    MAX_FEED_BYTES,
    FeedText,
    Unreadable,
    flattened,
    read_body,
    repaired,
    without_doctype,
)
from extractors.feeds.discover import find_alternates
from extractors.feeds.jsonfeed import read_json_feed
from extractors.feeds.lenient import READERS
from extractors.feeds.model import ParsedFeed, RawEntry, RawFeed
from extractors.feeds.sitemap import read_sitemap
from extractors.feeds.wellformed import read_well_formed
from extractors.model import FeedEntry, Problem, digest64
from extractors.urls import canonical_url
from extractors.web.sanitise import one_line, plain_text

MAX_ENTRIES = 2000
MAX_TITLE_CHARS = 1000
MAX_SUMMARY_CHARS = 4000
MAX_CONTENT_CHARS = 2_000_000
_MAX_MARKUP_CHARS = 200_000
_MAX_KEY_CHARS = 2048
_LONG_SUMMARY_CHARS = 2000
# feedparser reads some 500 entries a second: larger broken documents are left to quicker, coarser reading.
_LENIENT_CHARS = 1_000_000
_LENIENT_ENTRIES = 500


def parse_feed(
    body: bytes,
    *,
    source_id: str,
    url: str,
    content_type: str | None = None,
    now: datetime,
    max_entries: int = MAX_ENTRIES,
    max_bytes: int = MAX_FEED_BYTES,
) -> ParsedFeed:
    """The feed in a response body (RSS, RDF, Atom, CDF, JSON Feed, sitemap), or why there is none, as its `problem`.

    `url` is where the body came from after redirects: relative links are resolved against it. Dates are judged
    against `now` and never become it. Never raises on any input; bounded by itself (size after unpacking, depth,
    no entity declarations, entries), so that it needs no process of its own.
    Problem codes: `empty-body`, `too-large`, `bad-encoding`, `not-a-feed` (then `alternates` are the feeds
    that the page announces).
    """
    read = read_body(body, content_type=content_type, max_bytes=max_bytes)
    if isinstance(read, Unreadable):
        return _failed(url, read.code, read.detail)
    found = _read(read, url, max_entries)
    if found is None:
        return _not_a_feed(read, url)
    language = clean_language(found.language)
    entries = _entries(found, source_id=source_id, feed_url=url, language=language, now=now)
    return ParsedFeed(
        entries=entries,
        dropped=found.dropped,
        format=found.format,
        title=plain_text(found.title[:_MAX_MARKUP_CHARS])[:MAX_TITLE_CHARS],
        language=language,
        homepage=canonical_url(found.homepage, url) if found.homepage else None,
        ttl_s=found.ttl_s,
        hub_url=canonical_url(found.hub_url, url) if found.hub_url else None,
        self_url=canonical_url(found.self_url, url) if found.self_url else None,
        moved_to=canonical_url(found.moved_to, url) if found.moved_to else None,
        next_links=tuple(link for raw in found.next_links[:50] if (link := canonical_url(raw, url))),
        intact=found.intact and read.intact,
    )


_ENTRY_TAG = re.compile(r"<(?:[A-Za-z_][\w.-]{0,20}:)?(?:item|entry)\b", re.IGNORECASE)


def _read(read: FeedText, url: str, max_entries: int) -> RawFeed | None:
    if read.kind == "json":
        return read_json_feed(read.text, url=url, max_entries=max_entries)
    if read.kind != "xml":
        return None
    text = without_doctype(read.text)
    if "<urlset" in text[:4000] or "<sitemapindex" in text[:4000]:
        root = _tree(text)
        return read_sitemap(root, url=url, max_entries=max_entries) if root is not None else None
    found = read_well_formed(text, url=url, max_entries=max_entries)
    if found is not None and (found.entries or not _ENTRY_TAG.search(text)):
        return found
    return _read_broken(text, url, max_entries) or found


def _read_broken(text: str, url: str, max_entries: int) -> RawFeed | None:
    """A feed that is not well-formed, or of a rare dialect: mended, else read by the lenient readers if that is
    affordable, else what an XML parser makes of the pieces. Without entries, the first that takes it for a feed."""
    flat = flattened(text)
    mended = repaired(flat)
    found = read_well_formed(mended, url=url, max_entries=max_entries)
    if found is not None and found.entries:
        found.intact = False
        return found
    empty = None
    if len(flat) <= _LENIENT_CHARS and len(_ENTRY_TAG.findall(flat)) <= _LENIENT_ENTRIES:
        for candidate in dict.fromkeys((flat, mended)):
            for reader in READERS:
                found = reader(candidate, url=url, max_entries=max_entries)
                if found is not None and found.entries:
                    return found
                if found is not None and _is_feed(candidate):
                    empty = empty or found
    found = read_well_formed(mended, url=url, max_entries=max_entries, recover=True)
    if found is not None and found.entries:
        found.intact = False
        return found
    return empty or found


def _is_feed(text: str) -> bool:
    head = text[:4000].lower()
    return any(f"<{name}" in head for name in ("rss", "feed", "rdf:rdf", "channel")) or ":feed" in head


def _tree(text: str) -> etree._Element | None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False)
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None


def _not_a_feed(read: FeedText, url: str) -> ParsedFeed:
    alternates = find_alternates(read.text, url=url) if read.kind in ("html", "xml") else ()
    what = {"html": "an HTML page", "json": "JSON of another kind", "xml": "XML of another kind"}.get(read.kind, "text")
    hint = f" It announces {len(alternates)} feed(s)." if alternates else ""
    problem = Problem(stage="feed", url=url, code="not-a-feed", detail=f"The answer is {what}, not a feed.{hint}")
    return ParsedFeed(format="html" if read.kind == "html" else "none", alternates=alternates, problem=problem)


def _failed(url: str, code: str, detail: str) -> ParsedFeed:
    return ParsedFeed(problem=Problem(stage="feed", url=url, code=code, detail=detail))


def _entries(
    found: RawFeed, *, source_id: str, feed_url: str, language: str | None, now: datetime
) -> tuple[FeedEntry, ...]:
    repeated = {key for key, n in Counter(raw.key for raw in found.entries if raw.key).items() if n > 1}
    used: Counter[str] = Counter()
    out = []
    for raw in found.entries:
        title = (one_line if raw.title_is_text else plain_text)(raw.title[:_MAX_MARKUP_CHARS])[:MAX_TITLE_CHARS]
        summary = plain_text(raw.summary[:_MAX_MARKUP_CHARS])[:MAX_SUMMARY_CHARS]
        published, updated = _date(raw.published, now), _date(raw.updated, now)
        key = _key(raw, title, summary, repeated)
        used[key] += 1
        if used[key] > 1:
            key = f"{key}\n{used[key]}"
        link = one_line(raw.link or "")[:8192] or None
        out.append(
            FeedEntry(
                source_id=source_id,
                feed_url=feed_url,
                key=key,
                url=_usable(raw, feed_url),
                link=link,
                title=title,
                summary=summary,
                authors=_authors(raw.authors),
                published_at=published.at if published else None,
                published_certainty=published.certainty if published else "none",
                updated_at=updated.at if updated else None,
                language=clean_language(raw.language) or language,
                categories=_categories(raw.categories),
                content_html=_content(raw),
            )
        )
    return tuple(out)


def _content(raw: RawEntry) -> str | None:
    """The full text, where the entry carries it: marked as content, or a description as long as an article."""
    found = raw.content_html or (raw.summary if len(raw.summary) >= _LONG_SUMMARY_CHARS else None)
    return found[:MAX_CONTENT_CHARS] if found else None


def _usable(raw: RawEntry, feed_url: str) -> str | None:
    """The canonical address of the publisher's own link, else of the stated one."""
    for link in (raw.original_link, raw.link):
        if link and (url := canonical_url(one_line(link)[:8192], feed_url)):
            return url
    return None


def _key(raw: RawEntry, title: str, summary: str, repeated: set[str]) -> str:
    """The entry's id, unless several entries claim it; else its link; else a hash of what it says."""
    if raw.key and raw.key not in repeated:
        return one_line(raw.key)[:_MAX_KEY_CHARS] or digest64(raw.key)
    if raw.link:
        return one_line(raw.link)[:_MAX_KEY_CHARS]
    return digest64(f"{raw.key or ''}\n{title}\n{raw.published or summary}")


def _date(raw: str | None, now: datetime) -> ParsedDate | None:
    return parse_date(raw, now=now) if raw else None


def _authors(raw: tuple[str, ...]) -> tuple[str, ...]:
    names = (plain_text(name[:1000])[:200] for name in raw[:20])
    return tuple(dict.fromkeys(name for name in names if name))


def _categories(raw: tuple[str, ...]) -> tuple[str, ...]:
    names = (plain_text(name[:1000])[:200] for name in raw[:50])
    return tuple(dict.fromkeys(name for name in names if name))


def clean_language(raw: str | None) -> str | None:
    """The primary language subtag in lower case (`en-GB` -> `en`), or None if it is no tag (RFC 5646)."""
    if not raw:
        return None
    primary = raw.strip().replace("_", "-").split("-", 1)[0].lower()
    return primary if primary.isascii() and primary.isalpha() and len(primary) in (2, 3) and primary != "und" else None
