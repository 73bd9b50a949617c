"""A server that misbehaves by script, on loopback: what each path does is in `SCRIPTS`."""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import brotli  # type: ignore[import-untyped]
import zstandard

from extractors.web.fetch import Fetcher
from extractors.web.gates import HostBook
from extractors.web.guard import GuardPolicy
from extractors.web.model import FetchLimits
from extractors.web.robots import RobotsPolicy

NOW = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
AGENT = "sovwatch-test"
_ZEROS = bytes(40_000_000)


def answer(body: bytes = b"hello", status: str = "200 OK", **headers: str) -> bytes:
    """A whole response; header names with underscores."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass(slots=True)
class Site:
    """The running server: `base` is its address; `requests` every request's head, in order; `starts` their times."""

    base: str = ""
    requests: list[str] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    robots: bytes = answer(b"", "404 Not Found")
    tdm: bytes = answer(b"", "404 Not Found")

    def paths(self) -> list[str]:
        """The paths asked for, in order."""
        return [head.split(" ")[1] for head in self.requests]

    def header(self, path: str, name: str) -> str | None:
        """The header of the last request for that path."""
        head = next(h for h in reversed(self.requests) if h.split(" ")[1] == path)
        lines = (line.partition(": ") for line in head.split("\r\n")[1:])
        return next((value for key, _, value in lines if key.lower() == name.lower()), None)


Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter, str], Awaitable[None]]


def says(data: bytes) -> Script:
    """A script that sends the bytes as they are."""

    async def run(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str) -> None:
        writer.write(data)

    return run


async def _stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str) -> None:
    await asyncio.sleep(30)


async def _drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    for _ in range(1000):
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


async def _endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(5000):
        writer.write(b"10000\r\n" + b"y" * 0x10000 + b"\r\n")
        await writer.drain()


async def _flood_of_informational(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str) -> None:
    for _ in range(100_000):
        writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 20)
        await writer.drain()
        await asyncio.sleep(0.001)


async def _flood_of_headers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for n in range(200_000):
        writer.write(b"X-%d: %s\r\n" % (n, b"v" * 100))
        await writer.drain()


async def _reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str) -> None:
    sock: socket.socket = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
    await writer.drain()
    writer.transport.abort()


async def _slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str) -> None:
    await asyncio.sleep(0.03)
    writer.write(answer())


SCRIPTS: dict[str, Script] = {
    "/ok": says(answer(ETag='W/"a b"', Last_Modified="Tue, 01 Sep 2026 00:00:00 GMT", Set_Cookie="id=1")),
    "/not-modified": says(b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n"),
    "/stall": _stall,
    "/drip": _drip,
    "/endless": _endless,
    "/103-flood": _flood_of_informational,
    "/header-flood": _flood_of_headers,
    "/long-header": says(b"HTTP/1.1 200 OK\r\nX: " + b"h" * 100_000 + b"\r\nContent-Length: 0\r\n\r\n"),
    "/reset": _reset,
    "/slow": _slow,
    "/silence": says(b""),
    "/garbage": says(b"\x00\xff\x00 this is not HTTP\r\n\r\n"),
    "/cut": says(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this"),
    "/cut-chunked": says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
    "/bad-chunk": says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n"),
    "/lies-shorter": says(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more"),
    "/two-lengths": says(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
    "/negative-length": says(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello"),
    "/huge-length": says(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhello"),
    "/large": says(b"HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\nhello"),
    "/gzip": says(answer(gzip.compress(b"packed"), Content_Encoding="gzip")),
    "/brotli": says(answer(brotli.compress(b"packed"), Content_Encoding="br")),
    "/zstd": says(answer(zstandard.compress(b"packed"), Content_Encoding="zstd")),
    "/gzip-bomb": says(answer(gzip.compress(_ZEROS, 1), Content_Encoding="gzip")),
    "/brotli-bomb": says(answer(brotli.compress(_ZEROS, quality=1), Content_Encoding="br")),
    "/zstd-bomb": says(answer(zstandard.compress(_ZEROS), Content_Encoding="zstd")),
    "/double-bomb": says(answer(gzip.compress(gzip.compress(_ZEROS, 1)), Content_Encoding="gzip, gzip")),
    "/gzip-cut": says(answer(gzip.compress(b"packed" * 100)[:-12], Content_Encoding="gzip")),
    "/not-gzip": says(answer(b"plain after all", Content_Encoding="gzip")),
    "/unknown-encoding": says(answer(b"?", Content_Encoding="rot13")),
    "/404": says(answer(b"no", "404 Not Found")),
    "/410": says(answer(b"no", "410 Gone")),
    "/busy": says(answer(b"", "503 Service Unavailable", Retry_After="120")),
    "/busy-date": says(answer(b"", "429 Too Many Requests", Retry_After="Tue, 01 Sep 2026 02:10:00 GMT")),
    "/busy-long": says(answer(b"", "503 Service Unavailable", Retry_After="99999999")),
    "/challenge": says(answer(b"<title>Just a moment...</title>", "403 Forbidden", cf_mitigated="challenge")),
    "/reserved-header": says(answer(tdm_reservation="1", tdm_policy="https://example.org/licence")),
    "/reserved-meta": says(answer(b'<head><META content=1 name="TDM-Reservation"></head>')),
    "/noindex": says(answer(b'<head><meta name=robots content="max-snippet:50, NOINDEX"></head>')),
    "/keep-no-copy": says(answer(b"<p>Text</p>", X_Robots_Tag="sovwatch-test: noarchive")),
    "/moved": says(answer(b"", "301 Moved Permanently", Location="/ok")),
    "/moved-then-found": says(answer(b"", "308 Permanent Redirect", Location="/found")),
    "/found": says(answer(b"", "302 Found", Location="ok?utm_source=x")),
    "/circle": says(answer(b"", "302 Found", Location="/circle-2")),
    "/circle-2": says(answer(b"", "302 Found", Location="/circle")),
    "/nowhere": says(answer(b"", "302 Found")),
    "/to-script": says(answer(b"", "302 Found", Location="javascript:alert(1)")),
    "/to-file": says(answer(b"", "302 Found", Location="file:///etc/passwd")),
    "/to-metadata": says(answer(b"", "302 Found", Location="http://169.254.169.254/latest/")),
    "/to-private": says(answer(b"", "302 Found", Location="http://[::ffff:10.0.0.1]/")),
    "/to-denied": says(answer(b"", "302 Found", Location="/private/x")),
    "/private/x": says(answer()),
}


async def _redirect_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str) -> None:
    """/far/N leads to /far/N+1."""
    n = int(head.split(" ")[1].rsplit("/", 1)[1])
    writer.write(answer(b"", "302 Found", Location=f"/far/{n + 1}"))


@asynccontextmanager
async def running(host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[Site]:
    """The server, for the length of the block."""
    site = Site()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            site.requests.append(head)
            site.starts.append(asyncio.get_running_loop().time())
            site.at_once += 1
            site.most_at_once = max(site.most_at_once, site.at_once)
            path = head.split(" ")[1].split("?")[0]
            if path == "/robots.txt":
                writer.write(site.robots)
            elif path == "/.well-known/tdmrep.json":
                writer.write(site.tdm)
            elif path.startswith("/far/"):
                await _redirect_on(reader, writer, head)
            else:
                await SCRIPTS.get(path, says(answer()))(reader, writer, head)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            site.at_once -= 1
            writer.close()

    server = await asyncio.start_server(serve, host, port)
    site.base = f"http://{host}:{server.sockets[0].getsockname()[1]}"
    tasks = asyncio.all_tasks()
    try:
        yield site
    finally:
        server.close()
        for task in asyncio.all_tasks() - tasks - {asyncio.current_task()}:
            task.cancel()


def fetcher(
    *, limits: FetchLimits | None = None, guard: GuardPolicy | None = None, robots: RobotsPolicy | None = None,
    clock: Callable[[], datetime] = lambda: NOW, book: HostBook | None = None,
) -> Fetcher:
    """A fetcher for tests: quick, loopback allowed."""
    return Fetcher(
        user_agent=f"{AGENT}/1 (+https://example.org/bot)",
        limits=limits or FetchLimits(total_s=0.6, connect_s=0.5, host_gap_s=0.0, max_bytes=1_000_000, host_failures=99),
        guard=guard or GuardPolicy(allow_networks=("127.0.0.0/8",)),
        robots=robots,
        clock=clock,
        reservations=None if robots else False,
        book=book,
    )  # fmt: skip
