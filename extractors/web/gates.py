"""Turns at each host: how many at once, how long between starts, and when to leave it alone."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from extractors.web.model import FetchLimits


@dataclass(slots=True)
class HostState:
    """What this run knows of one host. Times are the event loop's clock."""

    slots: asyncio.Semaphore
    gap_s: float
    next_start: float = 0.0
    closed_until: float = 0.0
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    """No turn: the host is to be left alone for `wait_s` (None: for the rest of the run), and why."""

    code: str
    detail: str
    wait_s: float | None = None


@dataclass(slots=True)
class Gates:
    """One gate for each host, shared by everything that fetches in this process."""

    limits: FetchLimits
    _hosts: dict[str, HostState] = field(default_factory=dict)

    def host(self, name: str) -> HostState:
        """The state of that host, made when first asked for."""
        state = self._hosts.get(name)
        if state is None:
            state = HostState(asyncio.Semaphore(self.limits.host_connections), self.limits.host_gap_s)
            self._hosts[name] = state
        return state

    def refusal(self, name: str) -> Refused | None:
        """Why the host gets no request now: failed too often, asked us to wait, wants longer gaps than we wait."""
        state = self.host(name)
        if not (state.failures or state.closed_until or state.gap_s > self.limits.max_crawl_delay_s):
            return None
        now = asyncio.get_running_loop().time()
        if state.failures >= self.limits.host_failures:
            return Refused("host-unreachable", f"{name} could not be reached {state.failures} times in a row.")
        if state.closed_until > now:
            wait_s = state.closed_until - now
            return Refused("retry-later", f"{name} asked us to wait {wait_s:.0f} more seconds.", wait_s)
        if state.gap_s > self.limits.max_crawl_delay_s and state.next_start > now:
            wait_s = state.next_start - now
            return Refused("crawl-delay", f"{name} allows one request every {state.gap_s:.0f} seconds.", wait_s)
        return None

    async def enter(self, name: str, *, keeps_gap: bool = True) -> HostState:
        """Waits for a free connection and the end of the gap; the caller releases `slots` of the state it gets.

        The two small files in which a site states its wishes are asked for without a gap.
        """
        state = self.host(name)
        await state.slots.acquire()
        if state.gap_s > 0 and keeps_gap:
            loop = asyncio.get_running_loop()
            now = loop.time()
            start = max(now, state.next_start)
            state.next_start = start + state.gap_s
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
        state.closed_until = max(state.closed_until, asyncio.get_running_loop().time() + wait_s)

    def count(self, name: str, *, reached: bool) -> None:
        """A connection that was made clears the host's failures; one that was not adds to them."""
        state = self.host(name)
        state.failures = 0 if reached else state.failures + 1
