"""The fetcher against a server that misbehaves by script."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

import pytest

from extractors.model import FetchedPage, Problem
from extractors.web.fetch import Fetcher, fetch_all
from extractors.web.gates import HostBook
from extractors.web.guard import GuardPolicy
from extractors.web.model import FetchLimits, FetchRequest, FetchResult, NotModified
from extractors.web.passes import fetch_in_two_passes, slow_limits
from extractors.web.robots import RobotsPolicy
from tests.extractors.web.scripted import AGENT, NOW, SCRIPTS, Site, answer, fetcher, running

T = TypeVar("T")


def visit(act: Callable[[Site, Fetcher], Awaitable[T]], **settings: object) -> T:
    async def run() -> T:
        async with running() as site, fetcher(**settings) as client:  # type: ignore[arg-type]
            return await act(site, client)

    return asyncio.run(run())


def get(path: str, **settings: object) -> FetchResult:
    async def act(site: Site, client: Fetcher) -> FetchResult:
        return await client.get(FetchRequest(url=site.base + path))

    return visit(act, **settings)


def code_of(result: FetchResult) -> str:
    if isinstance(result, Problem):
        assert result.detail
        return result.code
    return "not-modified" if isinstance(result, NotModified) else "ok"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/ok", "ok"), ("/stall", "timeout"), ("/drip", "timeout"), ("/endless", "too-large"),
        ("/103-flood", "timeout"), ("/header-flood", "bad-response"), ("/long-header", "bad-response"),
        ("/reset", "cut-off"), ("/silence", "cut-off"), ("/garbage", "bad-response"), ("/cut", "cut-off"),
        ("/cut-chunked", "cut-off"), ("/lies-shorter", "bad-response"), ("/two-lengths", "bad-response"),
        ("/negative-length", "bad-response"), ("/huge-length", "bad-response"), ("/large", "too-large"),
        ("/gzip", "ok"), ("/brotli", "ok"), ("/zstd", "ok"), ("/not-gzip", "ok"),
        ("/gzip-bomb", "too-large"), ("/brotli-bomb", "too-large"), ("/zstd-bomb", "too-large"),
        ("/double-bomb", "too-large"), ("/gzip-cut", "bad-encoding"), ("/unknown-encoding", "bad-encoding"),
        ("/404", "http-404"), ("/410", "http-410"), ("/challenge", "blocked"),
        ("/moved", "ok"), ("/found", "ok"), ("/circle", "redirect-loop"), ("/far/1", "too-many-redirects"),
        ("/nowhere", "bad-redirect"), ("/to-script", "bad-redirect"), ("/to-file", "bad-redirect"),
        ("/to-metadata", "refused-address"), ("/to-private", "refused-address"),
        ("/not-modified", "unexpected-304"),
    ],
)  # fmt: skip
def test_misbehaviour_becomes_a_code(path: str, code: str) -> None:
    begun = time.monotonic()
    assert code_of(get(path)) == code
    assert time.monotonic() - begun < 4


def test_every_script_ends_and_neighbours_do_not_suffer() -> None:
    async def act(site: Site, client: Fetcher) -> dict[str, FetchResult]:
        found: dict[str, FetchResult] = {}
        paths = [*SCRIPTS, "/plain/1", "/plain/2"]
        await fetch_all(client, [FetchRequest(url=site.base + p) for p in paths],
                        on_result=lambda q, r: found.update({q.url.removeprefix(site.base): r}))  # fmt: skip
        return found

    limits = FetchLimits(total_s=1.0, connect_s=0.5, host_gap_s=0.0, host_connections=60, host_failures=99)
    found = visit(act, limits=limits)
    assert set(found) == {*SCRIPTS, "/plain/1", "/plain/2"}


def test_bodies_are_unpacked() -> None:
    for path in ("/gzip", "/brotli", "/zstd"):
        result = get(path)
        assert isinstance(result, FetchedPage) and result.body == b"packed"


def test_validators_go_out_exactly_as_received_and_nothing_else_about_us() -> None:
    async def act(site: Site, client: Fetcher) -> tuple[Site, FetchResult, FetchResult]:
        first = await client.get(FetchRequest(url=site.base + "/ok", kind="feed"))
        assert isinstance(first, FetchedPage)
        request = FetchRequest(url=site.base + "/not-modified", etag=first.header("etag"), kind="feed",
                               last_modified=first.header("last-modified"))  # fmt: skip
        return site, first, await client.get(request)

    site, _, second = visit(act)
    assert isinstance(second, NotModified) and second.header("ETag") == "x"
    assert site.header("/not-modified", "if-none-match") == 'W/"a b"'
    assert site.header("/not-modified", "if-modified-since") == "Tue, 01 Sep 2026 00:00:00 GMT"
    assert site.header("/not-modified", "cookie") is None and site.header("/not-modified", "referer") is None
    assert site.header("/ok", "user-agent") == f"{AGENT}/1 (+https://example.org/bot)"
    names = {line.split(":")[0].lower() for line in site.requests[0].split("\r\n")[1:] if line}
    assert names == {"host", "user-agent", "accept", "accept-encoding"}


def test_validators_cannot_inject_headers() -> None:
    async def act(site: Site, client: Fetcher) -> str:
        await client.get(FetchRequest(url=site.base + "/ok", etag='x"\r\nEvil: 1', last_modified="a\nb"))
        return site.requests[0]

    assert "Evil" not in visit(act)


def test_permanent_url_is_where_permanent_redirects_lead() -> None:
    async def act(site: Site, client: Fetcher) -> None:
        for path, permanent in (("/moved", "/ok"), ("/moved-then-found", "/found"), ("/found", None), ("/ok", None)):
            result = await client.get(FetchRequest(url=site.base + path))
            assert isinstance(result, FetchedPage)
            assert result.permanent_url == (site.base + permanent if permanent else None)
            assert result.url == site.base + path and result.final_url.startswith(site.base + "/ok")

    visit(act)


@pytest.mark.parametrize(("path", "wait_s"), [("/busy", 120.0), ("/busy-date", 600.0), ("/busy-long", 86_400.0)])
def test_retry_after_in_both_forms_closes_the_host(path: str, wait_s: float) -> None:
    async def act(site: Site, client: Fetcher) -> tuple[FetchResult, FetchResult, int]:
        first = await client.get(FetchRequest(url=site.base + path))
        second = await client.get(FetchRequest(url=site.base + "/ok"))
        return first, second, len(site.requests)

    first, second, asked = visit(act)
    assert isinstance(first, Problem) and first.retry_after_s == wait_s
    assert isinstance(second, Problem) and second.code == "retry-later" and second.retry_after_s is not None
    assert asked == 1


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1/", "http://[::1]:1/", "http://[::ffff:127.0.0.1]:1/", "http://localhost:1/", "http://10.0.0.1/",
     "http://192.168.1.1/", "http://169.254.169.254/latest/meta-data/", "http://[fd00::1]/", "http://[fe80::1]/",
     "http://0.0.0.0/", "http://100.64.0.1/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/"],
)  # fmt: skip
def test_private_addresses_are_refused_at_connect_time(url: str) -> None:
    result = asyncio.run(_get_guarded(url))
    assert code_of(result) == "refused-address"


@pytest.mark.parametrize("url", ["http://2130706433/", "http://0x7f.0.0.1/", "http://127.1/", "file:///etc/passwd",
                                 "gopher://127.0.0.1/", "http://", "", "http://[::1%25lo]/"])  # fmt: skip
def test_disguised_addresses_are_no_addresses(url: str) -> None:
    assert code_of(asyncio.run(_get_guarded(url))) == "bad-url"


async def _get_guarded(url: str) -> FetchResult:
    async with fetcher(guard=GuardPolicy()) as client:
        return await client.get(FetchRequest(url=url))


def test_a_name_that_resolves_to_loopback_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: the name is harmless, its address at connect time is not."""

    def resolve(host: str, port: int, **_: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr("extractors.web.guard.socket.getaddrinfo", resolve)
    assert code_of(asyncio.run(_get_guarded("http://harmless.example/"))) == "refused-address"


def test_unknown_names_and_closed_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(host: str, port: int, **_: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr("extractors.web.guard.socket.getaddrinfo", resolve)
    assert code_of(asyncio.run(_get_guarded("http://nowhere.example/"))) == "dns"
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]

        async def act() -> FetchResult:
            async with fetcher() as client:
                return await client.get(FetchRequest(url=f"http://127.0.0.1:{port}/"))

        assert code_of(asyncio.run(act())) == "connect"


def test_https_never_falls_back_to_http() -> None:
    from extractors.web.fetch import _follow, _Hop, _Trip

    trip = _Trip(FetchRequest(url="https://example.org/"), "https://example.org/")
    found = _follow(trip, _Hop(302, (("Location", "http://example.org/"),), b""))
    assert found is not None and found.code == "insecure-redirect"


def test_gap_and_connections_hold_for_a_host() -> None:
    limits = FetchLimits(host_gap_s=0.05, host_connections=2, total_s=2.0, host_failures=99)

    async def act(site: Site, client: Fetcher) -> Site:
        await asyncio.gather(*(client.get(FetchRequest(url=f"{site.base}/slow?{n}")) for n in range(8)))
        return site

    site = visit(act, limits=limits)
    gaps = [b - a for a, b in zip(site.starts, site.starts[1:], strict=False)]
    assert len(site.requests) == 8 and min(gaps) > 0.035
    site = visit(act, limits=replace(limits, host_gap_s=0.0))
    assert site.most_at_once == 2


def test_gap_and_waiting_hold_from_one_fetcher_to_the_next() -> None:
    async def run() -> tuple[float, FetchResult]:
        book: HostBook = {}
        limits = FetchLimits(host_gap_s=0.1, host_failures=99)
        async with running() as site:
            for path in ("/ok?1", "/ok?2", "/busy"):
                async with fetcher(limits=limits, book=book) as client:
                    await client.get(FetchRequest(url=site.base + path))
            async with fetcher(limits=limits, book=book) as client:
                return site.starts[1] - site.starts[0], await client.get(FetchRequest(url=site.base + "/ok"))

    gap_s, after_busy = asyncio.run(run())
    assert gap_s > 0.08 and code_of(after_busy) == "retry-later"


def test_a_dead_host_is_left_alone() -> None:
    limits = FetchLimits(total_s=0.2, connect_s=0.1, host_gap_s=0.0, host_connections=1, host_failures=3)

    async def act(site: Site, client: Fetcher) -> tuple[list[str], int]:
        codes = [code_of(await client.get(FetchRequest(url=f"{site.base}/stall?{n}"))) for n in range(5)]
        return codes, len(site.requests)

    codes, asked = visit(act, limits=limits)
    assert codes == ["timeout"] * 3 + ["host-unreachable"] * 2 and asked == 3


def test_robots_is_fetched_once_and_heeded_on_every_hop() -> None:
    async def act(site: Site, client: Fetcher) -> tuple[list[str], Site]:
        site.robots = answer(b"User-agent: *\nDisallow: /private/\nCrawl-delay: 0.01\n")
        paths = ["/ok", "/private/x", "/to-denied"]
        results = await asyncio.gather(*(client.get(FetchRequest(url=site.base + p)) for p in paths))
        feed = await client.get(FetchRequest(url=site.base + "/private/x", kind="feed"))
        return [code_of(r) for r in (*results, feed)], site

    codes, site = visit(act, robots=RobotsPolicy(agent=AGENT))
    assert codes == ["ok", "robots-denied", "robots-denied", "ok"]
    assert site.paths().count("/robots.txt") == 1 and site.paths().count("/.well-known/tdmrep.json") == 1


def test_a_feed_follows_rules_that_name_us() -> None:
    async def act(site: Site, client: Fetcher) -> FetchResult:
        site.robots = answer(f"User-agent: {AGENT}\nDisallow: /\n".encode())
        return await client.get(FetchRequest(url=site.base + "/ok", kind="feed"))

    assert code_of(visit(act, robots=RobotsPolicy(agent=AGENT))) == "robots-denied"


@pytest.mark.parametrize(("robots", "code"), [(answer(b"", "500 Oops"), "http-500"), (answer(b"", "403 No"), "ok"),
                                              (answer(b"<html>not robots"), "ok"), (b"", "cut-off")])  # fmt: skip
def test_missing_robots_allows_and_unreachable_forbids(robots: bytes, code: str) -> None:
    async def act(site: Site, client: Fetcher) -> FetchResult:
        site.robots = robots
        return await client.get(FetchRequest(url=site.base + "/ok"))

    assert code_of(visit(act, robots=RobotsPolicy(agent=AGENT))) == code


def test_long_crawl_delay_gives_one_request_a_run() -> None:
    async def act(site: Site, client: Fetcher) -> list[FetchResult]:
        site.robots = answer(b"User-agent: *\nCrawl-delay: 3600\n")
        return [await client.get(FetchRequest(url=f"{site.base}/ok?{n}")) for n in range(2)]

    first, second = visit(act, robots=RobotsPolicy(agent=AGENT))
    assert code_of(first) == "ok"
    assert isinstance(second, Problem) and second.code == "crawl-delay" and (second.retry_after_s or 0) > 3000


def test_crawl_delay_holds_for_the_next_fetcher_that_shares_the_rules() -> None:
    async def run() -> list[float]:
        shared = RobotsPolicy(agent=AGENT)
        limits = FetchLimits(host_gap_s=0.0, host_failures=99)
        async with running() as site:
            site.robots = answer(b"User-agent: *\nCrawl-delay: 0.1\n")
            for _ in range(2):
                async with fetcher(limits=limits, robots=shared) as client:
                    await asyncio.gather(*(client.get(FetchRequest(url=f"{site.base}/ok?{n}")) for n in range(2)))
            assert site.paths().count("/robots.txt") == 1
            asked = [at for at, path in zip(site.starts, site.paths(), strict=True) if path.startswith("/ok")]
        return [asked[1] - asked[0], asked[3] - asked[2]]

    assert min(asyncio.run(run())) > 0.08


def test_reservations_before_and_after_the_fetch() -> None:
    async def act(site: Site, client: Fetcher) -> tuple[list[str], Site]:
        site.tdm = answer(b'[{"location": "/ok", "tdm-reservation": 1}, {"location": "/", "tdm-reservation": 0}]')
        paths = ["/ok", "/plain", "/reserved-header", "/reserved-meta"]
        return [code_of(await client.get(FetchRequest(url=site.base + p))) for p in paths], site

    codes, site = visit(act, robots=RobotsPolicy(agent=AGENT))
    assert codes == ["reserved", "ok", "reserved", "reserved"]
    assert "/ok" not in site.paths()


def test_what_pages_ask_of_us_is_heeded() -> None:
    async def act(site: Site, client: Fetcher) -> list[FetchResult]:
        paths = ("/noindex", "/keep-no-copy", "/plain")
        return [await client.get(FetchRequest(url=site.base + path)) for path in paths]

    asked, unkept, kept = visit(act, robots=RobotsPolicy(agent=AGENT))
    assert code_of(asked) == "noindex"
    assert isinstance(unkept, FetchedPage) and not unkept.keep
    assert isinstance(kept, FetchedPage) and kept.keep


def test_second_pass_gets_what_the_first_did_not() -> None:
    async def run() -> dict[str, FetchResult]:
        found: list[tuple[str, FetchResult]] = []
        limits = FetchLimits(total_s=0.04, connect_s=0.5, host_gap_s=0.0, host_failures=99)
        patient = replace(slow_limits(limits), total_s=2.0)
        async with running() as site, fetcher(limits=limits) as fast, fetcher(limits=patient) as slow:
            SCRIPTS["/late"] = _late
            requests = [FetchRequest(url=site.base + p, kind="feed") for p in ("/ok", "/late", "/404", "/busy")]

            def note(request: FetchRequest, result: FetchResult) -> None:
                found.append((request.url.removeprefix(site.base), result))

            await fetch_in_two_passes(fast, slow, requests, on_result=note)
            assert len(found) == 4
            assert site.paths().count("/late") == 2 and site.paths().count("/404") == 1
        return dict(found)

    results = asyncio.run(run())
    assert {path: code_of(r) for path, r in results.items()} == {
        "/ok": "ok", "/late": "ok", "/404": "http-404", "/busy": "http-503",
    }  # fmt: skip


async def _late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str) -> None:
    await asyncio.sleep(0.1)
    writer.write(answer())


def test_what_on_result_raises_is_raised() -> None:
    async def act(site: Site, client: Fetcher) -> None:
        def broken(request: FetchRequest, result: FetchResult) -> None:
            raise KeyError("a bug")

        await fetch_all(client, [FetchRequest(url=site.base + "/ok")], on_result=broken)

    with pytest.raises(KeyError, match="a bug"):
        visit(act)


def test_stamped_by_the_clock_that_was_given() -> None:
    result = get("/ok", clock=lambda: datetime(2020, 1, 1, tzinfo=NOW.tzinfo))
    assert isinstance(result, FetchedPage) and result.fetched_at.year == 2020
