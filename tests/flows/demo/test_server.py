"""The newsroom's servers behave like real ones: validators, compression, robots.txt, walls and dead hosts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import aiohttp
import pytest
from multidict import CIMultiDictProxy

from flows.demo.outlets import load_newsroom
from flows.demo.server import LoopbackSites, NewsroomServer, Reply

OUTLETS = {outlet.id: outlet for outlet in load_newsroom().outlets}


@pytest.fixture(scope="module")
def server() -> Iterator[NewsroomServer]:
    with NewsroomServer(load_newsroom(), port=0) as running:
        yield running


def ask(url: str, **headers: str) -> tuple[int, CIMultiDictProxy[str], bytes]:
    """Status, headers and body of one GET."""

    async def get() -> tuple[int, CIMultiDictProxy[str], bytes]:
        async with aiohttp.ClientSession() as session:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            async with session.get(url, headers=sent) as answer:
                return answer.status, answer.headers, await answer.read()

    return asyncio.run(get())


def test_every_outlet_has_its_own_host(server: NewsroomServer) -> None:
    assert len(set(server.bases.values())) == len(OUTLETS)


def test_an_unchanged_feed_answers_304_to_either_validator(server: NewsroomServer) -> None:
    server.night = 1
    url = server.feed_url(OUTLETS["northwire"])
    status, headers, body = ask(url)
    assert status == 200
    assert b"Lumora" in body
    assert ask(url, If_None_Match=headers["ETag"])[0] == 304
    assert ask(url, If_Modified_Since=headers["Last-Modified"])[0] == 304
    assert ask(url, If_None_Match='"other"', If_Modified_Since=headers["Last-Modified"])[0] == 200
    server.night = 3
    assert ask(url, If_None_Match=headers["ETag"])[0] == 200
    server.night = 1


def test_pages_appear_with_their_night(server: NewsroomServer) -> None:
    url = server.page_urls()["lumora-deal"]
    assert ask(url)[0] == 404
    server.night = 4
    status, _, body = ask(f"{url}?utm_source=rss&utm_medium=feed")
    assert status == 200
    assert "golden share" in body.decode()
    server.night = 1


def test_compression_robots_and_what_is_wrong_on_purpose(server: NewsroomServer) -> None:
    assert ask(server.page_urls()["lumora-order"])[1]["Content-Encoding"] == "gzip"
    assert b"User-agent" in ask(server.bases["courier"] + "/robots.txt")[2]
    assert ask(server.feed_url(OUTLETS["lantern"]))[0] == 404
    status, headers, _ = ask(server.page_urls()["blocked-briefing"])
    assert (status, headers["cf-mitigated"]) == (403, "challenge")
    with pytest.raises(aiohttp.ClientConnectorError):
        ask(server.feed_url(OUTLETS["fjordpost"]))


def test_a_taken_port_is_not_in_the_way() -> None:
    with LoopbackSites({"one": (31, lambda path: Reply(body=b"1"))}) as first:
        port = int(first.bases["one"].rpartition(":")[2])
        with LoopbackSites({"two": (31, lambda path: Reply(body=b"2"))}, port=port) as second:
            assert ask(first.bases["one"])[2] == b"1"
            assert ask(second.bases["two"])[2] == b"2"
        assert first.requests["one", 200] == 1
