"""Turns at each host: how many at once, how long between starts, and when to leave it alone."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from extractors.web.model import FetchLimits


@dataclass(slots=True)
class HostTimes:
    """When a host may be asked again, by the machine's monotonic clock: what one fetcher leaves to the next."""

    next_start: float = 0.0
    closed_until: float = 0.0


# By host; shared by the fetchers of one night, so that gaps and requests to wait hold from pass to pass.
HostBook = dict[str, HostTimes]


@dataclass(slots=True)
class HostState:
    """What one fetcher knows of one host."""

    slots: asyncio.Semaphore
    gap_s: float
    times: HostTimes
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    """No turn: the host is to be left alone for `wait_s` (None: for the rest of the run), and why."""

    code: str
    detail: str
    wait_s: float | None = None


@dataclass(slots=True)
class Gates:
    """One gate for each host, for everything that one fetcher does."""

    limits: FetchLimits
    book: HostBook = field(default_factory=dict)
    _hosts: dict[str, HostState] = field(default_factory=dict)

    def host(self, name: str) -> HostState:
        """The state of that host, made when first asked for."""
        state = self._hosts.get(name)
        if state is None:
            times = self.book.setdefault(name, HostTimes())
            state = HostState(asyncio.Semaphore(self.limits.host_connections), self.limits.host_gap_s, times)
            self._hosts[name] = state
        return state

    def refusal(self, name: str) -> Refused | None:
        """Why the host gets no request now: failed too often, asked us to wait, wants longer gaps than we wait."""
        state = self.host(name)
        if not (state.failures or state.times.closed_until or state.gap_s > self.limits.max_crawl_delay_s):
            return None
        now = time.monotonic()
        if state.failures >= self.limits.host_failures:
            return Refused("host-unreachable", f"{name} could not be reached {state.failures} times in a row.")
        if state.times.closed_until > now:
            wait_s = state.times.closed_until - now
            return Refused("retry-later", f"{name} asked us to wait {wait_s:.0f} more seconds.", wait_s)
        if state.gap_s > self.limits.max_crawl_delay_s and state.times.next_start > now:
            wait_s = state.times.next_start - now
            return Refused("crawl-delay", f"{name} allows one request every {state.gap_s:.0f} seconds.", wait_s)
        return None

    async def enter(self, name: str, *, keeps_gap: bool = True) -> HostState:
        """Waits for a free connection and the end of the gap; the caller releases `slots` of the state it gets.

        The two small files in which a site states its wishes are asked for without a gap.
        """
        state = self.host(name)
        await state.slots.acquire()
        if state.gap_s > 0 and keeps_gap:
            now = time.monotonic()
            start = max(now, state.times.next_start)
            state.times.next_start = start + state.gap_s
            if start > now:
                try:
                    await asyncio.sleep(start - now)
                except BaseException:
                    state.slots.release()
                    raise
        return state

    def slow_down(self, name: str, gap_s: float) -> None:
        """At least that gap from now on (crawl-delay)."""
        state = self.host(name)
        state.gap_s = max(state.gap_s, gap_s)

    def close(self, name: str, wait_s: float) -> None:
        """Leave the host alone for that long (Retry-After)."""
        state = self.host(name)
        state.times.closed_until = max(state.times.closed_until, time.monotonic() + wait_s)

    def count(self, name: str, *, reached: bool) -> None:
        """A connection that was made clears the host's failures; one that was not adds to them."""
        state = self.host(name)
        state.failures = 0 if reached else state.failures + 1
