"""Fetching: the one module that talks to other people's servers."""

from __future__ import annotations

import asyncio
import ssl
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import TracebackType
from typing import Literal, Self

import aiohttp
from yarl import URL

from extractors.model import FetchedPage, Problem, Stage
from extractors.urls import fetchable_url
from extractors.web.decompress import ACCEPTED, BadEncoding, TooLarge, decompress
from extractors.web.gates import Gates, HostBook
from extractors.web.guard import AddressRefused, GuardPolicy, Resolver
from extractors.web.headers import header, is_challenge, parse_retry_after
from extractors.web.manners import Manners
from extractors.web.model import FetchKind, FetchLimits, FetchRequest, FetchResult, NotModified
from extractors.web.rights import RightsPolicy, may_speak, rights_of, withheld
from extractors.web.robots import RobotsPolicy

_ACCEPT: dict[FetchKind, str] = {
    "feed": "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, "
    "text/xml;q=0.9, */*;q=0.5",
    "page": "text/html, application/xhtml+xml, */*;q=0.5",
    "rules": "text/plain, application/json, */*;q=0.5",
}
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_PERMANENT = frozenset((301, 308))
# Above this, undoing an encoding is done in a thread: it would hold up every other fetch.
_THREAD_BYTES = 256 * 1024


@dataclass(slots=True)
class _Hop:
    """The answer of one server, before it is known whether it is the last."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(slots=True)
class _Trip:
    """One request on its way through redirects."""

    request: FetchRequest
    url: str
    spent_s: float = 0.0
    permanent_url: str | None = None
    all_permanent: bool = True
    seen: set[str] = field(default_factory=set)

    def problem(self, code: str, detail: str, retry_after_s: float | None = None) -> Problem:
        stage: Stage = "feed" if self.request.kind == "feed" else "page"
        return Problem(stage=stage, url=self.url, code=code, detail=detail, retry_after_s=retry_after_s)


class Fetcher:
    """Fetches politely and safely; an async context manager, for one event loop.

    Sends our name, the validators it is given and nothing else about us: no cookies, no referrer, no disguise.
    Every hop is checked against `guard` at connect time and against `robots`; https never falls back to http.
    `clock` gives the time that answers are stamped with. `reservations` keeps the sites' tdmrep.json files: by default
    one of its own, False to leave text and data mining reservations alone. `robots`, `reservations` and `book` (when
    hosts may be asked again) are best shared by the fetchers of one night.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        limits: FetchLimits,
        guard: GuardPolicy,
        robots: RobotsPolicy | None,
        clock: Callable[[], datetime],
        reservations: RightsPolicy | Literal[False] | None = None,
        book: HostBook | None = None,
    ) -> None:
        self.user_agent = user_agent
        self.limits = limits
        self.guard = guard
        self.clock = clock
        self._session: aiohttp.ClientSession | None = None
        self._gates = Gates(limits, {} if book is None else book)
        self._slots = asyncio.Semaphore(limits.connections)
        self._first_timeout = self._timeout(limits.total_s)
        self._token = user_agent.split("/", 1)[0].strip()
        self._manners = Manners(
            ask=self.get,
            clock=clock,
            slow_down=lambda origin, gap_s: self._gates.slow_down(_host_of(origin), gap_s),
            robots=robots,
            rights=RightsPolicy() if reservations is None else reservations or None,
        )

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            limit=0,
            ttl_dns_cache=300,
            resolver=Resolver(),
            socket_factory=self.guard.open_socket,
            keepalive_timeout=15,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            timeout=self._first_timeout,
            headers={"User-Agent": self.user_agent, "Accept-Encoding": ACCEPTED},
            max_headers=200,
            max_field_size=16_380,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._manners.cancel()
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get(self, request: FetchRequest) -> FetchResult:
        """The page, NotModified, or a Problem; never raises for anything that a server or network does.

        Problem codes: `bad-url`, `dns`, `connect`, `tls`, `timeout`, `refused-address`, `insecure-redirect`,
        `bad-redirect`, `redirect-loop`, `too-many-redirects`, `too-large`, `bad-encoding`, `cut-off`, `bad-response`,
        `unexpected-304`, `http-NNN`, `blocked` (a protection service answered), `robots-denied`, `reserved` (text and
        data mining; pages only), `noindex` (pages only), `crawl-delay`, `retry-later`, `host-unreachable`.
        """
        url = fetchable_url(request.url)
        trip = _Trip(request, url or request.url)
        if url is None:
            return trip.problem("bad-url", "The address is not a usable http or https address.")
        for _ in range(self.limits.max_redirects + 1):
            hop = await self._hop(trip)
            if isinstance(hop, Problem):
                return hop
            if hop.status not in _REDIRECTS:
                return self._answer(trip, hop)
            problem = _follow(trip, hop)
            if problem:
                return problem
        return trip.problem("too-many-redirects", f"More than {self.limits.max_redirects} redirects.")

    async def _hop(self, trip: _Trip) -> _Hop | Problem:
        host = _host_of(trip.url)
        denied = await self._manners.refusal(trip.url, trip.request.kind)
        if denied:
            return trip.problem(denied[0], f"{host}: {denied[1]}.")
        refused = self._gates.refusal(host)
        if refused:
            return trip.problem(refused.code, refused.detail, refused.wait_s)
        state = await self._gates.enter(host, keeps_gap=trip.request.kind != "rules")
        try:
            # Others may have met a closed door while this one waited for its turn.
            refused = self._gates.refusal(host)
            if refused and refused.code != "crawl-delay":
                return trip.problem(refused.code, refused.detail, refused.wait_s)
            async with self._slots:
                return await self._ask(trip, host)
        finally:
            state.slots.release()

    async def _ask(self, trip: _Trip, host: str) -> _Hop | Problem:
        loop = asyncio.get_running_loop()
        start = loop.time()
        try:
            hop = await self._exchange(trip)
            self._gates.count(host, reached=True)
            return hop
        except TooLarge:
            return trip.problem("too-large", f"The answer is larger than {self.limits.max_bytes:,} bytes.")
        except BadEncoding as error:
            return trip.problem("bad-encoding", f"The answer cannot be unpacked: {error}.")
        except (OSError, aiohttp.ClientError, ValueError, EOFError) as error:
            code, detail = _failure(error)
            if code in ("dns", "connect", "timeout"):
                self._gates.count(host, reached=False)
            return trip.problem(code, detail)
        finally:
            trip.spent_s += loop.time() - start

    async def _exchange(self, trip: _Trip) -> _Hop:
        assert self._session is not None, "use the fetcher as `async with`"
        request = trip.request
        headers = {"Accept": _ACCEPT[request.kind]}
        if request.etag and request.etag.isprintable():
            headers["If-None-Match"] = request.etag
        if request.last_modified and request.last_modified.isprintable():
            headers["If-Modified-Since"] = request.last_modified
        where = URL(trip.url, encoded=True)
        timeout = self._timeout(self.limits.total_s - trip.spent_s) if trip.spent_s else self._first_timeout
        async with self._session.get(where, headers=headers, allow_redirects=False, timeout=timeout) as response:
            found = tuple((k.decode("latin-1"), v.decode("utf-8", "replace")) for k, v in response.raw_headers)
            if response.status in _REDIRECTS or response.status == 304 or response.status >= 400:
                # Nobody needs the body; leaving a long one unread closes the connection.
                if (response.content_length or 0) <= 65_536:
                    await self._read(response, 65_536, strict=False)
                return _Hop(response.status, found, b"")
            if (response.content_length or 0) > self.limits.max_bytes:
                raise TooLarge
            packed = await self._read(response, self.limits.max_bytes, strict=True)
            encoding = response.headers.get("Content-Encoding")
            if not encoding or not packed:
                return _Hop(response.status, found, packed)
            max_bytes = self.limits.max_bytes
            if len(packed) > _THREAD_BYTES:
                body = await asyncio.to_thread(decompress, packed, encoding, max_bytes=max_bytes)
            else:
                body = decompress(packed, encoding, max_bytes=max_bytes)
            return _Hop(response.status, found, body)

    def _timeout(self, left_s: float) -> aiohttp.ClientTimeout:
        return aiohttp.ClientTimeout(total=max(left_s, 0.001), connect=self.limits.connect_s, ceil_threshold=60)

    @staticmethod
    async def _read(response: aiohttp.ClientResponse, max_bytes: int, *, strict: bool) -> bytes:
        """The body as sent; raises TooLarge beyond `max_bytes`, or, not strict, stops reading there."""
        chunks: list[bytes] = []
        size = 0
        while chunk := await response.content.readany():
            size += len(chunk)
            if size > max_bytes:
                if strict:
                    raise TooLarge
                break
            chunks.append(chunk)
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _answer(self, trip: _Trip, hop: _Hop) -> FetchResult:
        now = self.clock()
        if hop.status == 304:
            if not (trip.request.etag or trip.request.last_modified):
                return trip.problem("unexpected-304", "The server says 'not modified' although nothing was asked.")
            return NotModified(
                url=trip.request.url, final_url=trip.url, headers=hop.headers, fetched_at=now,
                elapsed_s=trip.spent_s, permanent_url=trip.permanent_url,
            )  # fmt: skip
        if 200 <= hop.status < 300:
            page = FetchedPage(
                url=trip.request.url, final_url=trip.url, status=hop.status, headers=hop.headers, body=hop.body,
                fetched_at=now, elapsed_s=trip.spent_s, permanent_url=trip.permanent_url,
            )  # fmt: skip
            return self._heed(trip, page) if trip.request.kind == "page" and self._manners.rights is not None else page
        wait_s = parse_retry_after(header(hop.headers, "retry-after"), now=now)
        if wait_s and hop.status in (429, 503):
            self._gates.close(_host_of(trip.url), wait_s)
        if is_challenge(hop.headers):
            detail = f"A protection service answered in the publisher's place ({hop.status})."
            return trip.problem("blocked", detail, wait_s)
        return trip.problem(f"http-{hop.status}", f"The server answered with status {hop.status}.", wait_s)


    def _heed(self, trip: _Trip, page: FetchedPage) -> FetchResult:
        """The page, if its publisher lets us have it, marked if it is not to be archived."""
        if not may_speak(page, agent=self._token):
            return page
        said = rights_of(page, agent=self._token)
        denied = withheld(said)
        if denied is not None:
            return trip.problem(*denied)
        return replace(page, keep=False) if said.noarchive else page


def _follow(trip: _Trip, hop: _Hop) -> Problem | None:
    """Moves the trip on to where the redirect points, or says why not."""
    location = header(hop.headers, "location")
    target = fetchable_url(location, trip.url) if location else None
    if target is None:
        return trip.problem("bad-redirect", f"Redirect ({hop.status}) to no usable address.")
    if trip.url.startswith("https:") and target.startswith("http:"):
        return trip.problem("insecure-redirect", "Redirect from https to http.")
    trip.seen.add(trip.url)
    if target in trip.seen:
        return trip.problem("redirect-loop", "The redirects lead in a circle.")
    trip.all_permanent = trip.all_permanent and hop.status in _PERMANENT
    if trip.all_permanent:
        trip.permanent_url = target
    trip.url = target
    return None


def _failure(error: Exception) -> tuple[str, str]:
    """Code and sentence for what went wrong on the wire."""
    if isinstance(error, TimeoutError):
        return "timeout", "The server did not answer in time."
    refused = _refused_in(error)
    if refused:
        return "refused-address", f"Not connected: {refused}."
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "dns", "The name of the server cannot be resolved."
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError | ssl.SSLError):
        return "tls", f"No secure connection: {str(error)[:200]}."
    if isinstance(error, aiohttp.ClientConnectorError):
        return "connect", f"No connection: {error.strerror or error.os_error}."
    if isinstance(error, aiohttp.ServerDisconnectedError | aiohttp.ClientPayloadError | ConnectionError):
        return "cut-off", "The server ended the connection in the middle of its answer."
    if isinstance(error, aiohttp.InvalidURL):
        return "bad-url", "The address is not a usable http or https address."
    if isinstance(error, aiohttp.ClientError | ValueError | EOFError):
        return "bad-response", f"The server's answer is not proper HTTP: {type(error).__name__}."
    return "connect", f"No connection: {error}."


def _refused_in(error: BaseException) -> str | None:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, AddressRefused):
            return str(seen)
        inner = getattr(seen, "os_error", None)
        seen = inner if isinstance(inner, BaseException) and inner is not seen else seen.__cause__
    return None


def _host_of(url: str) -> str:
    """The host of an address that is already in clean form."""
    where = url.split("/", 3)[2]
    return where[: where.index("]") + 1] if where.startswith("[") else where.split(":", 1)[0]


_PAGES_FOR_ANOTHER_CONNECTION = 16
OnResult = Callable[[FetchRequest, FetchResult], Awaitable[None] | None]


async def fetch_all(fetcher: Fetcher, requests: Iterable[FetchRequest], *, on_result: OnResult) -> None:
    """Fetches all requests, many hosts at once, each host in order and at its own pace.

    `on_result` gets every request with its result, exactly once, in the order in which they come in; it may be a
    coroutine. What it raises ends everything and is raised here.
    """
    lanes: defaultdict[str, deque[FetchRequest]] = defaultdict(deque)
    for request in requests:
        lanes[_lane(request.url)].append(request)

    async def run(lane: deque[FetchRequest]) -> None:
        while lane:
            request = lane.popleft()
            done = on_result(request, await fetcher.get(request))
            if done is not None:
                await done

    try:
        async with asyncio.TaskGroup() as group:
            # A second connection is worth opening only for a host with many pages.
            for n in range(fetcher.limits.host_connections):
                for lane in lanes.values():
                    if n == 0 or len(lane) > n * _PAGES_FOR_ANOTHER_CONNECTION:
                        group.create_task(run(lane))
    except BaseExceptionGroup as failures:
        # One cause is enough to act on, and easier to catch than a group; the others were cancelled or met the same.
        raise failures.exceptions[0] from None


def _lane(url: str) -> str:
    """Scheme, host and port, near enough: the gates know the hosts exactly."""
    return "/".join(url.split("/", 3)[:3]).lower()
