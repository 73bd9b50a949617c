"""The fetcher against bare aiohttp: `python -m tests.benchmarks.fetching [--pages N] [--hosts N] [--rounds N]`.

Loopback hosts that answer after 50 ms, served by a process of its own; 50 requests at once; both clients in turn in the
same run. The last lines are requests per second and CPU seconds of each, and their ratios (ours over bare; 1 is equal).
`--data` is accepted and not used: the pages are made here.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import resource
import statistics
import time
from datetime import UTC, datetime
from multiprocessing.connection import Connection

import aiohttp

from extractors.model import FetchedPage
from extractors.web.fetch import Fetcher, fetch_all
from extractors.web.guard import GuardPolicy
from extractors.web.model import FetchLimits, FetchRequest, FetchResult
from extractors.web.robots import RobotsPolicy

DELAY_S = 0.05
AT_ONCE = 50
BODY = b"<html><head><title>t</title></head><body>" + b"<p>Some words of a made-up page.</p>" * 600 + b"</body></html>"
ROBOTS = b"User-agent: *\nDisallow: /private/\n"


class _Site(asyncio.Protocol):
    """Answers every request after the delay; as little else as possible."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        for request in data.split(b"\r\n\r\n")[:-1]:
            site_file = b"/robots.txt " in request[:64] or b"/.well-known/" in request[:64]
            body = ROBOTS if site_file else BODY
            head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            asyncio.get_running_loop().call_later(DELAY_S, self._send, head + body)

    def _send(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(answer)  # type: ignore[attr-defined]


def serve(hosts: list[str], pipe: Connection) -> None:
    """Serves on every host at one port, told through the pipe, until the process is ended."""

    async def run() -> None:
        loop = asyncio.get_running_loop()
        first = await loop.create_server(_Site, hosts[0], 0, backlog=200)
        port = first.sockets[0].getsockname()[1]
        for host in hosts[1:]:
            await loop.create_server(_Site, host, port, backlog=200)
        pipe.send(port)
        await asyncio.Event().wait()

    asyncio.run(run())


async def bare(urls: list[str]) -> int:
    """aiohttp as its documentation shows it, with a semaphore."""
    slots = asyncio.Semaphore(AT_ONCE)
    done = 0

    async def one(session: aiohttp.ClientSession, url: str) -> None:
        nonlocal done
        async with slots, session.get(url) as response:
            done += len(await response.read()) > 0

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as session:
        await asyncio.gather(*(one(session, url) for url in urls))
    return done


async def ours(urls: list[str], *, robots: bool) -> int:
    done = 0

    def count(request: FetchRequest, result: FetchResult) -> None:
        nonlocal done
        done += isinstance(result, FetchedPage) and len(result.body) > 0

    async with Fetcher(
        user_agent="sovwatch-benchmark/1 (+https://example.org/bot)",
        limits=FetchLimits(connections=AT_ONCE, host_gap_s=0.0),
        guard=GuardPolicy(allow_networks=("127.0.0.0/8",)),
        robots=RobotsPolicy(agent="sovwatch-benchmark") if robots else None,
        clock=lambda: datetime.now(UTC),
        reservations=None if robots else False,
    ) as fetcher:
        await fetch_all(fetcher, [FetchRequest(url=url) for url in urls], on_result=count)
    return done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data")
    parser.add_argument("--out")
    args = parser.parse_args()
    hosts = [f"127.0.{2 + n // 250}.{1 + n % 250}" for n in range(args.hosts)]
    mine, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(hosts, theirs), daemon=True)
    server.start()
    if not mine.poll(60):
        raise SystemExit("the loopback sites did not start")
    port = mine.recv()
    urls = [f"http://{hosts[n % args.hosts]}:{port}/page/{n}" for n in range(args.pages)]
    runs = {"bare aiohttp": lambda: bare(urls), "sovwatch": lambda: ours(urls, robots=False),
            "sovwatch, two site files a host more": lambda: ours(urls, robots=True)}  # fmt: skip
    rates: dict[str, list[float]] = {name: [] for name in runs}
    cpus: dict[str, list[float]] = {name: [] for name in runs}
    try:
        for _ in range(args.rounds):
            for name, run in runs.items():
                before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
                done = asyncio.run(run())
                spent, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
                assert done == args.pages, f"{name}: {done} of {args.pages} pages"
                rates[name].append(done / spent)
                cpus[name].append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    finally:
        server.terminate()
    base_rate, base_cpu = statistics.median(rates["bare aiohttp"]), statistics.median(cpus["bare aiohttp"])
    for name in runs:
        rate, cpu = statistics.median(rates[name]), statistics.median(cpus[name])
        print(f"{name}: {rate:.0f} requests/s, {cpu:.2f} CPU-s for {args.pages} pages; "
              f"requests/s {rate / base_rate:.2f} of bare, CPU efficiency {base_cpu / cpu:.2f} of bare")  # fmt: skip


if __name__ == "__main__":
    main()
