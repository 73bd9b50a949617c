"""What is fuzzed, with what must hold of every result whatever went in."""

# ruff: noqa: E501 - seeds read better unbroken

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from extractors.dates import parse_date
from extractors.feeds.parse import parse_feed
from extractors.model import FetchedPage
from extractors.urls import MAX_URL_CHARS, article_id_of, canonical_url, fetchable_url, site_of
from extractors.web.decompress import BadEncoding, TooLarge, decompress
from extractors.web.headers import fresh_for_s, parse_retry_after
from extractors.web.rights import parse_tdm_file, rights_of, rule_for
from extractors.web.robots import RobotsPolicy
from extractors.web.sanitise import plain_text, safe_html, terminal_safe

# No document states this by chance.
NOW = datetime(2026, 9, 10, 11, 22, 33, 444555, tzinfo=UTC)
URL = "https://feeds.example.org/dir/feed.xml"
SHARED = Path(__file__).parents[3] / "shared" / "data"


def check_feed(data: bytes) -> None:
    feed = parse_feed(data, source_id="s", url=URL, now=NOW)
    assert feed.problem is None or not feed.entries
    assert len({entry.entry_id for entry in feed.entries}) == len(feed.entries)
    for entry in feed.entries:
        assert entry.url is None or canonical_url(entry.url) == entry.url
        assert entry.published_at is None or entry.published_at.tzinfo is not None
        assert (entry.published_at is None) == (entry.published_certainty == "none")
        json.dumps([entry.title, entry.summary, entry.key]).encode("ascii")
        assert "\n" not in entry.title and "\x00" not in entry.summary


def check_date(data: bytes) -> None:
    found = parse_date(data.decode("utf-8", "replace"), now=NOW)
    assert found is None or (found.at.tzinfo is not None and found.at != NOW)


def check_url(data: bytes) -> None:
    raw = data.decode("utf-8", "surrogateescape")
    for base in (None, URL):
        clean = canonical_url(raw, base)
        if clean is not None:
            assert clean.isascii() and len(clean) <= MAX_URL_CHARS and canonical_url(clean) == clean
            assert article_id_of(clean) and site_of(clean)
        target = fetchable_url(raw, base)
        assert target is None or (target.startswith(("http://", "https://")) and fetchable_url(target) == target)


def check_site_files(data: bytes) -> None:
    page = FetchedPage(url=URL, final_url=URL, status=200, headers=(("X-Robots-Tag", data.decode("latin-1")[:200]),),
                       body=data, fetched_at=NOW)  # fmt: skip
    rules = RobotsPolicy(agent="sovwatch").learn("https://e.org", page, now=NOW)
    assert rules.allows("https://e.org/a?b=c") in (True, False)
    assert rules.crawl_delay_s is None or rules.crawl_delay_s > 0
    rule_for(parse_tdm_file(data), URL)
    rights_of(page, agent="sovwatch")
    wait_s = parse_retry_after(data.decode("latin-1"), now=NOW)
    assert wait_s is None or 0 <= wait_s <= 86_400
    fresh_s = fresh_for_s([("Cache-Control", data.decode("latin-1")), ("Expires", data.decode("latin-1")[:40])])
    assert fresh_s is None or fresh_s >= 0


def check_packed(data: bytes) -> None:
    for encoding in ("gzip", "deflate", "br", "zstd", data[:10].decode("latin-1")):
        with contextlib.suppress(BadEncoding, TooLarge):
            assert len(decompress(data, encoding, max_bytes=100_000)) <= 100_000


def check_markup(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    seen = plain_text(text)
    assert "\n" not in seen and "\x1b" not in seen and "\u202e" not in seen
    assert "\x1b" not in terminal_safe(text)
    clean = safe_html(text[:20_000]).lower()
    assert "<script" not in clean and "<iframe" not in clean
    for attributes in re.findall(r'<[a-z0-9]+((?: [a-z]+="[^"]*")+)', clean):
        values = dict(re.findall(r' ([a-z]+)="([^"]*)"', attributes))
        assert values.get("href", "http://").startswith(("http://", "https://")) and not values.keys() & {"src", "style"}


TARGETS: dict[str, Callable[[bytes], None]] = {
    "feed": check_feed, "date": check_date, "url": check_url, "site-files": check_site_files, "packed": check_packed,
    "markup": check_markup,
}  # fmt: skip

_OWN_SEEDS: dict[str, list[bytes]] = {
    "feed": [
        b'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title><item><title>a &amp; b</title><link>http://e.org/1'
        b"</link><guid>1</guid><pubDate>Tue, 01 Sep 2026 10:00:00 GMT</pubDate></item></channel></rss>",
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title type="html">x</title><link href="/a"/><id>1</id></entry></feed>',
        b'{"version":"https://jsonfeed.org/version/1.1","title":"t","items":[{"id":"1","url":"/a","content_text":"x"}]}',
        b'<urlset><url><loc>http://e.org/a</loc><lastmod>2026-09-01</lastmod></url></urlset>',
    ],
    "date": [b"Tue, 01 Sep 2026 10:00:00 +0200", b"2026-09-01T10:00:00.123Z", b"1er septembre 2026 \xc3\xa0 10h30",
             "2026年9月1日 星期二 下午3:05".encode(), b"1. September 2026, 10:00 Uhr", b"1788256800", b"Sep 1, 2026 10:00 AM PST"],
    "url": [b"https://www.example.org/a/../b;c?utm_source=x&id=%41#frag", b"http://[2001:db8::1]:8080/%zz", "http://münchen.example/ü".encode(),
            b"https://www.google.com/url?q=https%3A%2F%2Fexample.org%2F", b"//x.cdn.ampproject.org/c/s/example.org/a-1/amp/"],
    "site-files": [b"User-agent: *\nDisallow: /*a$\nAllow: /b\nCrawl-delay: 2\nSitemap: http://e.org/s.xml\n",
                   b'[{"location":"/a*","tdm-reservation":1,"tdm-policy":"x"}]', b"max-age=100, no-cache",
                   b'<head><meta name="tdm-reservation" content="1"><meta name=robots content=noarchive></head>',
                   b"Tue, 01 Sep 2026 10:00:00 GMT"],
    "markup": [b"<p>a<br>b<script>x</script><a href='javascript:x' onclick=y>c</a><![CDATA[d]]><!-- e --></p>&lt;&#x41;"],
}  # fmt: skip


def seeds_of(target: str) -> list[bytes]:
    """Seeds written here, and for feeds the shared corpora where they are."""
    own = list(_OWN_SEEDS.get(target, []))
    if target == "packed":
        import gzip
        import zlib

        import brotli  # type: ignore[import-untyped]
        import zstandard

        plain = b"some words to pack " * 50
        own = [gzip.compress(plain), zlib.compress(plain), brotli.compress(plain), zstandard.compress(plain)]
    if target in ("feed", "markup") and SHARED.exists():
        files = sorted((SHARED / "feeds" / "feeds").iterdir())[::7] + sorted((SHARED / "feeds" / "synthetic").iterdir())
        own += [path.read_bytes() for path in files if path.stat().st_size < 60_000]
    return own
