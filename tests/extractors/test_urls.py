"""Addresses: one spelling, never an unsafe one, and applying the rule twice changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.urls import MAX_URL_CHARS, article_id_of, canonical_url, site_of

BASE = "https://www.example.org/news/feed.xml"


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("HTTP://WWW.Example.ORG:80/a/../b/./c#part", "http://www.example.org/b/c"),
        ("https://example.org", "https://example.org/"),
        ("https://example.org:8443/x", "https://example.org:8443/x"),
        ("../2026/one.html", "https://www.example.org/2026/one.html"),
        ("//cdn.example.net/x", "https://cdn.example.net/x"),
        ("?p=12", "https://www.example.org/news/feed.xml?p=12"),
        (" \n https://example.org/a\tb ", "https://example.org/ab"),
        ("https://example.org/%7euser/%e2%82%ac/%zz", "https://example.org/~user/%E2%82%AC/%25zz"),
        ("https://example.org/Straße und Weg?q=ü", "https://example.org/Stra%C3%9Fe%20und%20Weg?q=%C3%BC"),
        ("http://münchen.example/", "http://xn--mnchen-3ya.example/"),
        ("https://user:secret@example.org/x", "https://example.org/x"),
        ("https://example.org/a?b=2&a=1", "https://example.org/a?b=2&a=1"),
        ("https://example.org/a?utm_source=x&id=7&fbclid=1&ref=rss", "https://example.org/a?id=7"),
        ("https://example.org/a?ref=chapter-2&source=archive", "https://example.org/a?ref=chapter-2&source=archive"),
        ("https://example.org/?feed=rss2", "https://example.org/?feed=rss2"),
        ("https://www.google.com/url?sa=t&url=https%3A%2F%2Fexample.org%2Fa%3Fb%3D1", "https://example.org/a?b=1"),
        ("https://example-org.cdn.ampproject.org/c/s/example.org/a-story/amp/", "https://example.org/a-story/"),
        ("https://www.google.de/amp/s/example.org/a-story.amp.html", "https://example.org/a-story.html"),
        ("https://example.org/wiki/amp", "https://example.org/wiki/amp"),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.org%2Fa%3Ffbclid%3D9&h=1", "https://example.org/a"),
        ("https://web.archive.org/web/20200101000000/http://example.org/x?y=1", "http://example.org/x?y=1"),
        ('<a href="https://example.org/1">read</a>', "https://example.org/1"),
        ("http://[2001:DB8:0:0::1]:80/", "http://[2001:db8::1]/"),
    ],
)
def test_one_spelling(raw: str, wanted: str) -> None:
    assert canonical_url(raw, BASE) == wanted


@pytest.mark.parametrize(
    "raw",
    [
        "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://example.org/x", "mailto:a@example.org",
        "http://", "http:///x", "http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/", "http://127.1/",
        "http://[::1%25eth0]/", "http://[::1", "http://exa mple.org/", "http://example.org:99999/", "http://a..b/",
        "http://exam\x00ple.org/", "https://example.org/" + "a" * MAX_URL_CHARS, "http://" + "a." * 200 + "org/",
        "http://\ud800.example/", "http://-a.example/",
    ],
)  # fmt: skip
def test_unusable_addresses_have_no_canonical_form(raw: str) -> None:
    assert canonical_url(raw) is None
    with pytest.raises(ValueError, match="no canonical form"):
        article_id_of(raw)


def test_relative_without_base_is_unusable() -> None:
    assert canonical_url("/a/b") is None


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://feeds.bbc.co.uk/x", "bbc.co.uk"),
        ("https://m.heise.de/a", "heise.de"),
        ("https://someone.github.io/x", "someone.github.io"),
        ("http://127.0.0.3:8080/x", "127.0.0.3"),
        ("http://localhost:8080/x", "localhost"),
        ("http://www.outlet.example/", "outlet.example"),
        ("https://M.Example.COM", "example.com"),
        ("not an address", ""),
        ("http://[::1", ""),
    ],
)
def test_site(url: str, site: str) -> None:
    assert site_of(url) == site


def test_scheme_and_www_do_not_make_another_article() -> None:
    ids = {article_id_of(f"{scheme}://{host}/a?utm_medium=rss") for scheme in ("http", "https")
           for host in ("example.org", "www.example.org", "EXAMPLE.org")}  # fmt: skip
    assert len(ids) == 1
    assert article_id_of("https://example.org/b") not in ids


_pieces = st.lists(
    st.sampled_from(
        ["/", "?", "#", "&", "=", "%", "%41", "%2f", "%25", "..", ".", "//", "amp", "amp/", ".amp", "-1", "utm_a=1",
         "url=", "http://", "https%3A%2F%2F", "example.org", ":", "@", "[", "]", ";", "ü", "€", " ", "\\", "a", "B",
         "www.google.com/url?q=", "web.archive.org/web/2020/", "x.cdn.ampproject.org/c/s/", "\u202e", "\x00", "ß", "｡"]
    )
    | st.text(max_size=3),
    max_size=14,
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(_pieces)
def test_twice_is_as_once(pieces: list[str]) -> None:
    for raw in ("http://example.org/" + "".join(pieces), "".join(pieces)):
        once = canonical_url(raw, BASE)
        if once is not None:
            assert canonical_url(once) == once
            assert canonical_url(once, BASE) == once
            assert once.isascii() and len(once) <= MAX_URL_CHARS and once.startswith(("http://", "https://"))
            assert not any(c.isspace() for c in once)
            assert site_of(once) == site_of(once.upper().replace("HTTP", "http", 1)) or "[" in once
