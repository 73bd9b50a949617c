"""robots.txt, reservations, headers, addresses and sanitising: pure rules, each with what it must not do."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.model import FetchedPage, Problem
from extractors.web.guard import AddressRefused, GuardPolicy
from extractors.web.headers import fresh_for_s, is_challenge, parse_retry_after
from extractors.web.rights import parse_tdm_file, rights_of, rule_for
from extractors.web.robots import RobotsPolicy, RobotsRules
from extractors.web.sanitise import one_line, plain_text, safe_html, terminal_safe

NOW = datetime(2026, 9, 1, 2, tzinfo=UTC)
SITE = "https://example.org"


def page(body: bytes = b"", *headers: tuple[str, str], url: str = SITE + "/a") -> FetchedPage:
    return FetchedPage(url=url, final_url=url, status=200, headers=headers, body=body, fetched_at=NOW)


def rules(text: bytes, agent: str = "sovwatch") -> RobotsRules:
    return RobotsPolicy(agent=agent).learn(SITE, page(text), now=NOW)


def test_robots_groups_longest_match_and_wildcards() -> None:
    found = rules(b"User-agent: other\nDisallow: /\n\nUser-agent: SovWatch\nDisallow: /a\nAllow: /a/b\n"
                  b"Disallow: /*.pdf$\nCrawl-delay: 2.5\nSitemap: https://example.org/s.xml\n")  # fmt: skip
    assert found.names_us and found.crawl_delay_s == 2.5 and found.sitemaps == ("https://example.org/s.xml",)
    allowed = {path: found.allows(SITE + path) for path in ("/", "/a", "/a/c", "/a/b/c", "/x.pdf", "/x.pdf?y")}
    assert allowed == {"/": True, "/a": False, "/a/c": False, "/a/b/c": True, "/x.pdf": False, "/x.pdf?y": True}
    assert not rules(b"User-agent: *\nDisallow: /\n").names_us


@pytest.mark.parametrize(
    ("code", "allowed"),
    [("http-404", True), ("http-403", True), ("http-429", False), ("http-500", False), ("timeout", False),
     ("dns", False), ("redirect-loop", True)],
)  # fmt: skip
def test_robots_that_cannot_be_read(code: str, allowed: bool) -> None:
    policy = RobotsPolicy(agent="sovwatch")
    found = policy.learn(SITE, Problem(stage="page", url=SITE, code=code, detail=""), now=NOW)
    assert found.allows(SITE + "/a") is allowed
    assert (policy.refusal(found, SITE + "/a", "page") is None) is allowed
    assert policy.refusal(found, SITE + "/feed", "feed") is None
    hour = timedelta(hours=1, seconds=1)
    assert (policy.find(SITE, now=NOW + hour) is None) is not allowed
    assert policy.find(SITE, now=NOW + timedelta(days=1)) is None


def test_answers_of_an_earlier_run_stand_until_they_expire() -> None:
    earlier = RobotsPolicy(agent="sovwatch")
    earlier.learn(SITE, page(b"User-agent: *\nDisallow: /a\nCrawl-delay: 9\n"), now=NOW)
    later = RobotsPolicy(agent="sovwatch")
    later.files.recall(earlier.files.take_learnt())
    found = later.find(SITE, now=NOW + timedelta(hours=23))
    assert found is not None and found.crawl_delay_s == 9 and not found.allows(SITE + "/a")
    assert later.find(SITE, now=NOW + timedelta(hours=24)) is None
    assert list(earlier.files.take_learnt()) == list(later.files.take_learnt()) == []


def test_hostile_robots_cost_little() -> None:
    agent = b"User-agent: *\n"
    for text in (agent + b"Disallow: /" + b"*a" * 200_000, agent + b"Disallow: /*a*b*c*d$\n" * 20_000,
                 b"\x00" * 10**6, (agent + b"Disallow: /\n") * 30_000):  # fmt: skip
        begun = time.process_time()
        rules(text).allows(SITE + "/" + "ab" * 500)
        assert time.process_time() - begun < 2


def test_tdm_file_longest_pattern_wins() -> None:
    found = parse_tdm_file(b'[{"location":"/","tdm-reservation":1,"tdm-policy":"p"},'
                           b'{"location":"/open/*","tdm-reservation":0},'
                           b'{"location":"/*.jpg$","tdm-reservation":"1"},{"location":7},"x"]')  # fmt: skip
    reserved = [(r := rule_for(found, SITE + p)) is not None and r.reserved for p in ("/a", "/open/a", "/open/a.jpg")]
    assert reserved == [True, False, False]
    assert rule_for(parse_tdm_file(b'[{"location":"/a*c$","tdm-reservation":1}]'), SITE + "/abcd") is None
    for bad in (b"", b"{}", b"[", b"[" * 100_000, b'"x"', b"\xff"):
        assert parse_tdm_file(bad) == ()


def test_rights_of_a_page() -> None:
    agent = "sovwatch"
    everybody = rights_of(page(b"", ("X-Robots-Tag", "noarchive, noindex")), agent=agent)
    assert everybody.noindex and not everybody.noarchive, "noarchive to everybody is about showing copies"
    assert rights_of(page(b"", ("X-Robots-Tag", "sovwatch: noarchive")), agent=agent).noarchive
    assert rights_of(page(b"<head><meta name=SovWatch content=nocache></head>"), agent=agent).noarchive
    assert not rights_of(page(b"", ("X-Robots-Tag", "googlebot: noarchive")), agent=agent).noarchive
    assert rights_of(page(b"", ("X-Robots-Tag", "googlebot: nofollow, sovwatch: noindex")), agent=agent).noindex
    assert not rights_of(page(b"", ("X-Robots-Tag", "unavailable_after: 25 Jun 2030 15:00 PST")), agent=agent).noindex
    meta = rights_of(page(b"<head><meta name='robots' content='NOARCHIVE'><meta content=\"1\" name=tdm-reservation>"
                          b"<meta name=tdm-policy content=/licence></head>"), agent=agent)  # fmt: skip
    assert not meta.noarchive and meta.reserved and meta.tdm_policy == "/licence"
    assert not rights_of(page(b"<head></head><body><meta name=tdm-reservation content=1>"), agent=agent).reserved
    assert rights_of(page(b"", ("TDM-Reservation", "1")), agent=agent).evidence == ("tdm-reservation header",)
    assert rights_of(page(), agent=agent, rules=parse_tdm_file(b'[{"location":"/a","tdm-reservation":1}]')).reserved


@pytest.mark.parametrize(
    ("raw", "wait_s"),
    [("120", 120.0), (" 0 ", 0.0), ("999999", 86_400.0), ("Tue, 01 Sep 2026 02:00:30 GMT", 30.0), ("-5", None),
     ("Tue, 01 Sep 2020 02:00:30 GMT", 0.0), ("soon", None), ("", None), (None, None), ("9" * 400, None)],
)  # fmt: skip
def test_retry_after(raw: str | None, wait_s: float | None) -> None:
    assert parse_retry_after(raw, now=NOW) == wait_s


@pytest.mark.parametrize(
    ("headers", "fresh_s"),
    [
        ([("Cache-Control", "public, max-age=600")], 600.0),
        ([("Cache-Control", "max-age=600"), ("Age", "100")], 500.0),
        ([("Cache-Control", "no-cache, max-age=600")], None),
        ([("Expires", "Tue, 01 Sep 2026 03:00:00 GMT"), ("Date", "Tue, 01 Sep 2026 02:00:00 GMT")], 3600.0),
        ([("Expires", "0"), ("Date", "Tue, 01 Sep 2026 02:00:00 GMT")], None),
        ([], None),
    ],
)
def test_freshness(headers: list[tuple[str, str]], fresh_s: float | None) -> None:
    assert fresh_for_s(headers) == fresh_s


def test_challenges() -> None:
    assert is_challenge([("CF-Mitigated", "challenge")]) and not is_challenge([("Server", "cloudflare")])


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.1.1", "0.0.0.0", "224.0.0.1",
     "255.255.255.255", "198.18.0.1", "192.0.2.1", "240.0.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1",
     "ff02::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::10.0.0.1", "2002:a00:1::", "2001:db8::1",
     "2001:0:a00:1::f5ff:fffe", "not an address"],
)  # fmt: skip
def test_guard_refuses(address: str) -> None:
    assert GuardPolicy().refusal(address, 443)


def test_guard_allows_public_and_listed_networks() -> None:
    guard = GuardPolicy(allow_networks=("127.0.0.0/8",))
    for address in ("8.8.8.8", "2606:4700::1111", "64:ff9b::8.8.8.8"):
        assert guard.refusal(address, 443) is None and guard.refusal(address, 8080) is None
        assert guard.refusal(address, 22) and guard.refusal(address, 25)
    assert guard.refusal("127.0.0.1", 22) is None and guard.refusal("10.0.0.1", 80)
    assert guard.refusal("::ffff:127.0.0.1", 80)
    with pytest.raises(AddressRefused):
        GuardPolicy().open_socket((2, 1, 6, "", ("10.0.0.1", 80)))


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>two &amp; three</p>", "One two & three"),
        ("a < b and c > d", "a < b and c > d"),
        ("I <3 you", "I <3 you"),
        ("<a title='x > y' href=\"?a=1>2\">link</a>", "link"),
        ("<script>alert(1)</script>seen<style>p{}</style>", "seen"),
        ("<SCRIPT>x</SCRIPT>y", "y"),
        ("<script>never closed", "never closed"),
        ("&lt;b&gt;", "<b>"),
        ("so<b>ver</b>eign", "sovereign"),
        ("x<!-- hidden -->y<!-- never closed", "xy"),
        ("<![CDATA[a <b>]]>", "a <b>"),
        ("caf&eacute;&nbsp;&#8212;&#x20;x", "café — x"),
        ("evil\u202etxt\x07\u200b\ufeff", "eviltxt"),
    ],
)
def test_plain_text(markup: str, text: str) -> None:
    assert plain_text(markup) == text


@pytest.mark.parametrize(
    "piece", ['<a "', "<script>", "<!--", "<", "<![CDATA[", "<a '\">", "<?", "</p ", "&", "<p>", "<b x='"]
)
def test_plain_text_takes_linear_time(piece: str) -> None:
    begun = time.process_time()
    plain_text(piece * (200_000 // len(piece)))
    assert time.process_time() - begun < 1


def test_safe_html_keeps_structure_only() -> None:
    clean = safe_html('<p onclick=x style="a">t<img src=x onerror=y><a href="javascript:x">b</a><a href=https://e.org/>c</a>'
                      "<script>1</script><form><input></form>\u202e<iframe src=x></iframe>")  # fmt: skip
    assert "<p>t" in clean and 'href="https://e.org/"' in clean and "noopener" in clean
    for bad in ("onclick", "style", "img", "javascript", "script", "form", "\u202e", "iframe"):
        assert bad not in clean


_dangers = st.sampled_from(
    ["<b>", "</b>", "<a href='http://x'>", "<p", ">", "&lt;", "'", '"', "\x1b[31m", "\x9b2J", "x", "\x1b]0;t\x07", "\n",
     "\u202e", "<script>", "\x00"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(_dangers | st.text(max_size=3), max_size=12))
def test_nothing_dangerous_is_left(pieces: list[str]) -> None:
    raw = "".join(pieces)
    once = safe_html(raw)
    assert safe_html(once) == once
    for text in (terminal_safe(raw), one_line(raw), plain_text(raw)):
        controls = {chr(n) for n in (*range(32), *range(0x7F, 0xA0))} - set("\n\t\r")
        assert not set(text) & (controls | set("\u202e\u2066"))
    assert "\n" not in one_line(raw)


def test_terminal_safe_removes_what_a_terminal_obeys() -> None:
    assert terminal_safe("a\x1b[31mred\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x07\x9b2Jb\r\n") == "ared linkb\r\n"
