"""Feeds: every dialect, hostile input, and the peers' own expectations."""

# ruff: noqa: E501 - the documents under test read better unbroken

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.feeds.lenient import read_with_feedparser
from extractors.feeds.model import ParsedFeed
from extractors.feeds.parse import MAX_SUMMARY_CHARS, MAX_TITLE_CHARS, clean_language, parse_feed
from tests.benchmarks import feeds as benchmark

NOW = datetime(2026, 9, 10, tzinfo=UTC)
URL = "https://feeds.example.org/dir/feed.xml"
SHARED = Path(__file__).parents[4] / "shared" / "data" / "feeds"


def parse(text: str | bytes, **settings: object) -> ParsedFeed:
    body = text.encode() if isinstance(text, str) else text
    return parse_feed(body, source_id="s", url=URL, now=NOW, **settings)  # type: ignore[arg-type]


def rss(items: str, head: str = "") -> str:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{head}{items}</channel></rss>'


def test_rss_with_everything() -> None:
    feed = parse(
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>News &amp; views</title><link>https://example.org</link>'
        '<language>en-GB</language><ttl>120</ttl><atom:link rel="hub" href="https://hub.example.org/"/>'
        '<atom:link rel="self" href="/feed"/><atom:link rel="next" href="?page=2"/>'
        "<item><title>Chips &amp;amp; clouds</title><link>/a?utm_source=rss&amp;id=1</link><guid isPermaLink='false'>g1</guid>"
        "<pubDate>Tue, 01 Sep 2026 10:00:00 +0200</pubDate><dc:creator>Jane Doe</dc:creator>"
        "<description>&lt;p&gt;Short &lt;b&gt;text&lt;/b&gt;&lt;/p&gt;</description>"
        "<content:encoded><![CDATA[<p>Long text</p>]]></content:encoded><category>Chips</category></item></channel></rss>"
    )
    assert (feed.title, feed.language, feed.ttl_s, feed.format) == ("News & views", "en", 7200.0, "rss")
    assert feed.hub_url == "https://hub.example.org/" and feed.self_url == "https://feeds.example.org/feed"
    assert feed.next_links == ("https://feeds.example.org/dir/feed.xml?page=2",) and feed.intact
    (entry,) = feed.entries
    assert entry.title == "Chips & clouds" and entry.summary == "Short text" and entry.key == "g1"
    assert entry.url == "https://feeds.example.org/a?id=1" and entry.authors == ("Jane Doe",)
    assert entry.published_at == datetime(2026, 9, 1, 8, tzinfo=UTC) and entry.published_certainty == "exact"
    assert entry.content_html == "<p>Long text</p>" and entry.categories == ("Chips",) and entry.language == "en"


def test_atom_types_links_and_bases() -> None:
    feed = parse(
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://example.org/blog/"><title>Blog</title>'
        '<entry><title type="html">A &lt;i&gt;b&lt;/i&gt;</title><id>tag:1</id><link rel="self" href="x"/>'
        '<link rel="alternate" href="one.html"/><updated>2026-09-02T00:00:00Z</updated>'
        '<published>2026-09-01T00:00:00Z</published><author><name>Max</name><email>m@example.org</email></author>'
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Text</p></div></content></entry>'
        '<entry xml:lang="fr"><title>1 &lt; 2</title><id>https://example.org/two</id></entry></feed>'
    )
    one, two = feed.entries
    assert one.title == "A b" and one.url == "https://example.org/blog/one.html" and one.authors == ("Max",)
    assert one.published_at == datetime(2026, 9, 1, tzinfo=UTC) and one.updated_at == datetime(2026, 9, 2, tzinfo=UTC)
    assert one.content_html == "<div><p>Text</p></div>" and one.language == "de"
    assert two.title == "1 < 2" and two.url == "https://example.org/two" and two.language == "fr"


def test_json_feed_and_what_only_looks_like_one() -> None:
    feed = parse(json.dumps({
        "version": "https://jsonfeed.org/version/1.1", "title": "J", "language": "es-MX", "home_page_url": "https://e.org/",
        "items": [{"id": 7, "url": "/a", "title": "T", "content_text": "a < b", "date_published": "2026-09-01T00:00:00Z",
                   "authors": [{"name": "A"}, 3], "tags": ["x", None]}, "not an item", {"id": None}],
    }))  # fmt: skip
    one, two = feed.entries
    assert one.url == "https://feeds.example.org/a" and one.content_html == "<p>a &lt; b</p>" and one.language == "es"
    assert one.key == "7" and one.categories == ("x",) and two.url is None and two.key
    for other in ('{"items": 3}', '{"a": 1}', "[1, 2]", "{", "[" * 50_000, '{"items": []}'):
        found = parse(other)
        assert found.problem is not None and found.problem.code == "not-a-feed"


def test_sitemaps() -> None:
    news = parse(
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
        ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><url><loc>https://example.org/a</loc>'
        "<image:image><image:loc>https://example.org/i.png</image:loc><image:title>Picture</image:title></image:image>"
        "<news:news><news:publication><news:name>Paper</news:name><news:language>zh-cn</news:language></news:publication>"
        "<news:publication_date>2026-09-01T10:00:00+08:00</news:publication_date><news:title>Title</news:title></news:news>"
        "</url></urlset>"
    )
    (entry,) = news.entries
    assert (entry.title, entry.url, entry.language, news.title) == ("Title", "https://example.org/a", "zh", "Paper")
    assert entry.published_at == datetime(2026, 9, 1, 2, tzinfo=UTC)
    index = parse(
        '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>https://e.org/old.xml</loc>'
        "<lastmod>2020-01-01</lastmod></sitemap><sitemap><loc>/new.xml</loc><lastmod>2026-01-01</lastmod></sitemap></sitemapindex>"
    )
    assert index.next_links == ("https://feeds.example.org/new.xml", "https://e.org/old.xml") and index.entries == ()


def test_a_page_announces_its_feeds() -> None:
    feed = parse(
        '<!doctype html><html><head><base href="https://example.org/x/"><link rel=alternate type="application/rss+xml"'
        ' href="comments/feed" title="Comments"><link href="../feed?a=1&amp;b=2" type="application/atom+xml" rel="alternate home">'
        '<link rel="stylesheet" href="x.css"><link rel="alternate" type="text/html" href="/en"></head></html>',
        content_type="application/rss+xml",
    )
    assert feed.problem is not None and feed.problem.code == "not-a-feed" and "2 feed" in feed.problem.detail
    assert [a.url for a in feed.alternates] == ["https://example.org/feed?a=1&b=2", "https://example.org/x/comments/feed"]


def test_entries_without_id_date_or_link() -> None:
    feed = parse(rss("<item><title>a</title></item><item><description>b</description></item><item/>"
                     "<item><guid>g</guid><link>https://e.org/1</link></item><item><guid>g</guid><link>https://e.org/2</link></item>"
                     "<item><guid>http://e.org/perma</guid></item><item><title>a</title></item>"))  # fmt: skip
    keys = [e.key for e in feed.entries]
    assert len(feed.entries) == len(set(keys)) == 7 and all(keys)
    assert [e.url for e in feed.entries][3:6] == ["https://e.org/1", "https://e.org/2", "http://e.org/perma"]
    assert all(e.published_at is None and e.published_certainty == "none" for e in feed.entries)


def test_the_publishers_own_link_wins_over_a_distributors() -> None:
    feed = parse(rss('<item><link>https://feedproxy.google.com/~r/x/1</link><feedburner:origLink xmlns:feedburner='
                     '"http://rssnamespace.org/feedburner/ext/1.0">https://e.org/a?utm_medium=feed</feedburner:origLink></item>'
                     "<item><link>https://www.google.com/url?url=https%3A%2F%2Fe.org%2Fb</link></item>"))  # fmt: skip
    assert [e.url for e in feed.entries] == ["https://e.org/a", "https://e.org/b"]


@pytest.mark.parametrize(
    ("body", "title"),
    [
        (rss("<item><title>Über</title></item>").encode("latin-1"), "Über"),
        (rss("<item><title>Über</title></item>").replace('"1.0"', '"1.0" encoding="iso-8859-1"').encode("cp1252"), "Über"),
        (rss("<item><title>“Über”</title></item>").replace('"1.0"', '"1.0" encoding="utf-8"').encode("cp1252"), "“Über”"),
        (rss("<item><title>出口管制</title></item>").replace('"1.0"', '"1.0" encoding="gb2312"').encode("gb18030"), "出口管制"),
        (rss("<item><title>半導體</title></item>").replace('"1.0"', '"1.0" encoding="big5"').encode("big5"), "半導體"),
        (rss("<item><title>Ü</title></item>").encode("utf-16"), "Ü"),
        (rss("<item><title>Ü</title></item>").encode("utf-16-le"), "Ü"),
        (rss("<item><title>Ü</title></item>").encode("utf-32"), "Ü"),
        (b"\xef\xbb\xbf \n\n" + rss("<item><title>Ü</title></item>").encode(), "Ü"),
        (rss("<item><title>Ü</title></item>").replace('"1.0"', '"1.0" encoding="nonsense-8"').encode(), "Ü"),
        (gzip.compress(rss("<item><title>Ü</title></item>").encode(), mtime=0), "Ü"),
        (rss("<item><title>caf&eacute; &amp; R&D &nbsp;&#8211; &#x80; &#0;x</title></item>").encode(), "café & R&D – € x"),
        (rss("<item><title>a\x00b\x0bc</title></item>").encode(), "abc"),
        (rss("<item><title>cut &amp; off</title></item><item><title>half").encode()[:-28], "cut & off"),
    ],
)  # fmt: skip
def test_broken_encodings_and_broken_xml(body: bytes, title: str) -> None:
    assert parse(body).entries[0].title == title


def test_sizes_are_bounded() -> None:
    feed = parse(rss("".join(f"<item><title>{n}</title></item>" for n in range(50))), max_entries=20)
    assert len(feed.entries) == 20 and feed.dropped == 30
    long = parse(rss(f"<item><title>{'t' * 10**6}</title><description>{'d ' * 10**5}</description></item>")).entries[0]
    assert len(long.title) == MAX_TITLE_CHARS and len(long.summary) <= MAX_SUMMARY_CHARS
    for body in (b"x" * 1001, gzip.compress(b"<rss>" + b" " * 10**6), gzip.compress(gzip.compress(b"<rss>" + b" " * 10**6))):
        found = parse(body, max_bytes=1000)
        assert found.problem is not None and found.problem.code == "too-large"


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"", "empty-body"), (b" \n ", "empty-body"), (b"\x1f\x8b\x08broken", "bad-encoding"), (b"hello", "not-a-feed"),
     (b"\x89PNG\r\n\x1a\n", "not-a-feed"), (b"<html><body>Just a moment...", "not-a-feed"), (b"<opml/>", "not-a-feed"),
     (b"<?xml version='1.0'?>", "empty-body"), (b"<", "not-a-feed"), (b"{}", "not-a-feed")],
)  # fmt: skip
def test_what_is_no_feed_says_so(body: bytes, code: str) -> None:
    feed = parse(body)
    assert feed.problem is not None and feed.problem.code == code and feed.entries == () and feed.problem.detail


_LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9)
) + "]>"  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        _LAUGHS + rss("<item><title>&j;</title></item>"),
        f'<!DOCTYPE x [<!ENTITY a "{"x" * 80_000}">]>' + rss(f"<item><title>{'&a;' * 5_000}</title></item>"),
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + rss("<item><title>&a;</title></item>"),
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>' + rss("<item/>"),
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">' + rss("<item/>"),
        rss("<item><description>" + "<b>" * 50_000 + "</b>" * 50_000 + "</description></item>"),
        rss("<item>" + "<x>" * 100_000),
        rss("<item a='" + "x" * 10**6),
        rss("<item><title>" + "&amp;" * 300_000 + "</title></item>"),
        rss("<item><title>" + "&bogus;" * 100_000 + "</title></item>"),
        rss("<![CDATA[" * 50_000),
        "<rss><channel>" + "<item><title><![CDATA[" * 5_000,
        "<!--" * 200_000 + "<rss/>",
        "<!DOCTYPE " * 50_000 + "<rss/>",
        "<rss " + " ".join(f"a{n}='1'" for n in range(50_000)) + "/>",
        '{"version": "https://jsonfeed.org/version/1", "items": ' + "[" * 100_000,
        '{"version": "https://jsonfeed.org/version/1", "items": [{"id": ' + "9" * 100_000 + "}]}",
        "<feed>" * 100_000,
        "&" * 10**6,
    ],
    ids=range(19),
)  # fmt: skip
def test_hostile_feeds_cost_little(body: str) -> None:
    begun = time.process_time()
    feed = parse(body)
    assert time.process_time() - begun < 2
    assert all("root:" not in e.title and len(e.title) <= MAX_TITLE_CHARS for e in feed.entries)


def test_a_bomb_costs_little_memory() -> None:
    code = (
        "import resource,sys;from datetime import datetime,UTC;from extractors.feeds.parse import parse_feed;import gzip\n"
        "p=lambda b: parse_feed(b,source_id='s',url='http://e.org/f',now=datetime(2026,9,1,tzinfo=UTC))\n"
        "p(b'<rss><channel><item/></channel></rss>');m=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "p(sys.stdin.buffer.read());print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss-m)//1024)"
    )
    for body in (gzip.compress(b"<rss>" + bytes(200_000_000), 1), (_LAUGHS + rss("<item><title>&j;</title></item>")).encode()):
        done = subprocess.run([sys.executable, "-c", code], input=body, capture_output=True, check=True)
        assert int(done.stdout) < 60


def test_short_entities_that_a_feed_declares_are_put_in() -> None:
    feed = parse('<!DOCTYPE rss [<!ENTITY euro "EUR"><!ENTITY co "A&amp;B">]>' + rss("<item><title>10 &euro; &amp;</title></item>"))
    assert feed.entries[0].title == "10 EUR &"


def test_unsafe_links_are_no_addresses() -> None:
    feed = parse(rss("".join(f"<item><link>{link}</link></item>" for link in
                             ("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "mailto:a@e.org", "http://"))))  # fmt: skip
    assert [e.url for e in feed.entries] == [None] * 5


@pytest.mark.parametrize(("raw", "clean"), [("en-US", "en"), ("zh_Hans", "zh"), (" DE ", "de"), ("english", None), ("", None),
                                            ("x", None), ("und", None), ("../", None)])  # fmt: skip
def test_language_tags(raw: str, clean: str | None) -> None:
    assert clean_language(raw) == clean


_bits = st.sampled_from(
    ["<rss>", "<channel>", "<item>", "</item>", "<title>", "</title>", "<link>http://e.org/a</link>", "<feed>", "<entry>",
     "</entry>", "&amp;", "&", "<![CDATA[", "]]>", "<!DOCTYPE x [<!ENTITY a 'b'>]>", "&a;", "<guid>1</guid>", '{"items":[',
     "<pubDate>1 Sep 2026</pubDate>", "<?xml version='1.0' encoding='utf-16'?>", "<urlset><url><loc>x</loc></url>", "\x00",
     '<link rel="alternate" href="/x"/>', '<a:b xmlns:a="http://purl.org/dc/elements/1.1/">', "<html>", "ü", "\ud800", "<"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(_bits | st.text(max_size=4), max_size=25))
def test_any_input_gives_entries_or_a_problem(pieces: list[str]) -> None:
    feed = parse("".join(pieces).encode("utf-8", "surrogatepass"))
    assert feed.problem is None or feed.entries == ()
    assert len({e.key for e in feed.entries}) == len(feed.entries)
    for entry in feed.entries:
        assert entry.entry_id and entry.fingerprint and entry.published_at != NOW
        assert entry.title == " ".join(entry.title.split())


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(body: bytes) -> None:
    for prefix in (b"", b"<rss>", b"\x1f\x8b\x08", b"\xff\xfe", b'{"items":[', b"<?xml encoding='"):
        parse(prefix + body)


@pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared")
def test_hostile_feeds_of_the_shared_data() -> None:
    index = json.loads((SHARED / "synthetic" / "index.json").read_text(encoding="utf-8"))["files"]
    got = {name: benchmark.ours((SHARED / "synthetic" / name).read_bytes()) for name in index}
    right, total, wrong = benchmark.score_hostile(index, got)
    assert (right, wrong) == (total, [])


@pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared")
def test_peers_expectations() -> None:
    """All but where the peer is wrong: a relative link left as it is, and a Latin-1 feed read as UTF-8."""
    index = json.loads((SHARED / "index.json").read_text(encoding="utf-8"))["files"]
    index = [row for row in index if row["bytes"] < 120_000]
    got, _ = benchmark.predict(benchmark.ours, [SHARED / row["file"] for row in index], SHARED)
    _, wrong = benchmark.score(index, got)
    assert [(w[0].rsplit("__", 1)[1], w[1]) for w in wrong] == [("gulp-atom.atom", "links"), ("uolNoticias.rss", "titles")]


@pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared")
def test_both_readers_agree_on_well_formed_feeds() -> None:
    """What the fast reader gives is what feedparser gives, on real feeds."""
    for name in ("miniflux__v2__internal__reader__parser__testdata__rdf_UTF8.xml",
                 "kagisearch__fastfeedparser__tests__integration__osm.xml",
                 "rbren__rss-parser__test__input__heise.atom"):  # fmt: skip
        body = (SHARED / "feeds" / name).read_bytes()
        ours, theirs = parse(body), read_with_feedparser(body.decode(), url=URL, max_entries=10_000)
        assert theirs is not None and len(ours.entries) == len(theirs.entries) > 5
        assert [e.link for e in ours.entries] == [e.link for e in theirs.entries]
