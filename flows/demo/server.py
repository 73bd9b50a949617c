"""Real HTTP servers on loopback: one host per site, with validators, compression and robots.txt.

`LoopbackSites` serves any functions from path to `Reply`; the demo newsroom, the tests over real pages and the
benchmarks use it. `newsroom_sites` gives the demo's outlets as such functions.
"""

from __future__ import annotations

import asyncio
import errno
import gzip
import hashlib
import socket
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from types import TracebackType
from typing import Self

from aiohttp import web

from flows.demo.outlets import NIGHTS, Newsroom, Outlet
from flows.demo.pages import CONTENT_TYPES, page_path, render_challenge, render_feed, render_page

PREFERRED_PORT = 8791
ROBOTS = b"User-agent: *\nDisallow: /subscribers/\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a site sends for a path. With `modified_at` the answer carries Last-Modified; an ETag it always has."""

    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    modified_at: datetime | None = None


# Path with query -> what is sent; None: 404.
Site = Callable[[str], Reply | None]


class LoopbackSites:
    """Serves sites, each on its own address 127.0.0.N and all on one port, from a thread, until closed.

    `sites` gives for each name the N and what it sends. `bases` holds each site's root address, without a slash at
    the end; it is complete once the object exists. Where 127.0.0.2 and up cannot be bound (macOS), every site gets a
    port of 127.0.0.1. Names in `silent` get an address at which nobody listens. `requests` counts (name, status).
    """

    def __init__(
        self, sites: Mapping[str, tuple[int, Site]], *, port: int = 0, silent: Mapping[str, int] | None = None
    ) -> None:
        self.requests: Counter[tuple[str, int]] = Counter()
        silent = silent or {}
        self._sockets = _bind({name: number for name, (number, _) in sites.items()} | dict(silent), port)
        self.bases = {name: "http://{}:{}".format(*sock.getsockname()[:2]) for name, sock in self._sockets.items()}
        for name in silent:
            self._sockets.pop(name).close()
        self._sites = {name: site for name, (_, site) in sites.items()}
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="loopback-sites", daemon=True)
        self._thread.start()
        ready.wait(30)

    def close(self) -> None:
        """Stops serving and frees the ports; the second call does nothing."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        runners = self._loop.run_until_complete(self._start())
        ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(asyncio.gather(*(runner.cleanup() for runner in runners)))
        self._loop.close()

    async def _start(self) -> list[web.ServerRunner]:
        runners = []
        for name, site in self._sites.items():
            runner = web.ServerRunner(web.Server(self._handler(name, site), access_log=None), shutdown_timeout=1)
            await runner.setup()
            await web.SockSite(runner, self._sockets[name], backlog=512).start()
            runners.append(runner)
        return runners

    def _handler(self, name: str, site: Site) -> Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]:
        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            response = _respond(request, site(request.path_qs))
            self.requests[name, response.status] += 1
            return response

        return answer


def _respond(request: web.BaseRequest, reply: Reply | None) -> web.StreamResponse:
    if reply is None:
        return web.Response(status=404, text="Not found")
    headers = dict(reply.headers)
    headers["Content-Type"] = reply.content_type
    if reply.status != 200:
        return web.Response(status=reply.status, body=reply.body, headers=headers)
    etag = f'"{hashlib.sha256(reply.body).hexdigest()[:20]}"'
    headers["ETag"] = etag
    if reply.modified_at:
        headers["Last-Modified"] = format_datetime(reply.modified_at.astimezone(UTC), usegmt=True)
    if _unchanged(request, etag, reply.modified_at):
        return web.Response(status=304, headers=headers)
    body = reply.body
    if len(body) > 500 and "gzip" in request.headers.get("Accept-Encoding", ""):
        body = gzip.compress(body, 3)
        headers["Content-Encoding"] = "gzip"
    return web.Response(body=body, headers=headers)


def _unchanged(request: web.BaseRequest, etag: str, modified_at: datetime | None) -> bool:
    asked = request.headers.get("If-None-Match")
    if asked is not None:  # RFC 9110, 13.2.2: where it is sent, the date is not looked at
        return etag in asked or asked == "*"
    since = request.headers.get("If-Modified-Since")
    if since is None or modified_at is None:
        return False
    try:
        return modified_at.replace(microsecond=0) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False


def _bind(numbers: Mapping[str, int], port: int) -> dict[str, socket.socket]:
    """A bound socket for each name: at 127.0.0.N and one port for all, else at ports of 127.0.0.1."""
    for attempt in (port, 0, 0, 0):
        try:
            return _bind_hosts(numbers, attempt)
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                return {name: _socket("127.0.0.1", 0) for name in numbers}
            if error.errno != errno.EADDRINUSE:
                raise
    raise OSError(errno.EADDRINUSE, "no port is free on all of the loopback addresses")


def _bind_hosts(numbers: Mapping[str, int], port: int) -> dict[str, socket.socket]:
    bound: dict[str, socket.socket] = {}
    try:
        for name, number in numbers.items():
            bound[name] = _socket(f"127.0.{number // 256}.{number % 256}", port)
            port = bound[name].getsockname()[1]
    except OSError:
        for sock in bound.values():
            sock.close()
        raise
    return bound


def _socket(host: str, port: int) -> socket.socket:
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock


class NewsroomServer(LoopbackSites):
    """The demo newsroom on the air. `night` (1 to 4) decides what the outlets have published so far."""

    def __init__(self, newsroom: Newsroom, *, port: int = PREFERRED_PORT) -> None:
        self.newsroom = newsroom
        self.night = 1
        on_air = [outlet for outlet in newsroom.outlets if outlet.fault != "refused"]
        off_air = {outlet.id: outlet.address for outlet in newsroom.outlets if outlet.fault == "refused"}
        super().__init__({o.id: (o.address, self._site(o)) for o in on_air}, port=port, silent=off_air)

    def feed_url(self, outlet: Outlet) -> str:
        """Where the outlet's feed is, or would be."""
        return self.bases[outlet.id] + outlet.path

    def page_urls(self) -> dict[str, str]:
        """The address of every report's page, by its id."""
        outlets = {outlet.id: outlet for outlet in self.newsroom.outlets}
        reports = self.newsroom.reports
        return {r.id: self.bases[r.outlet] + page_path(outlets[r.outlet], r) for r in reports}

    def _site(self, outlet: Outlet) -> Site:
        def answer(path: str) -> Reply | None:
            return self._answer(outlet, path)

        return answer

    def _answer(self, outlet: Outlet, path: str) -> Reply | None:
        if path == "/robots.txt":
            return Reply(body=ROBOTS, content_type="text/plain")
        if outlet.fault == "gone":
            return None
        reports = self.newsroom.shown(outlet.id, self.night)
        changed_at = max((r.updated or r.published for r in reports), default=None)
        if path == outlet.path:
            body = render_feed(outlet, reports, base=self.bases[outlet.id], at=changed_at or NIGHTS[0])
            return Reply(body=body, content_type=CONTENT_TYPES[outlet.feed], modified_at=changed_at)
        if outlet.id == "rampart":
            challenge = render_challenge(outlet).encode()
            return Reply(body=challenge, status=403, headers={"cf-mitigated": "challenge", "Server": "cloudflare"})
        plain = path.partition("?utm_")[0]
        for report in reports:
            if page_path(outlet, report) == plain:
                words = self.newsroom.words[outlet.language]
                page = render_page(outlet, report, base=self.bases[outlet.id], words=words)
                return Reply(body=page.encode(), modified_at=report.updated or report.published)
        return None
