"""Two passes over the same addresses: fast for all, then slow for what failed and may come back when asked gently."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from extractors.model import Problem
from extractors.web.fetch import Fetcher, OnResult, fetch_all
from extractors.web.model import FetchLimits, FetchRequest, FetchResult

# Of 232 feeds that failed when asked 40 at a time, 78 answered 4 at a time with 30 s patience.
_SLOW_CONNECTIONS = 4
_PATIENCE = 1.5
_PASSING = re.compile(
    r"timeout|dns|connect|cut-off|tls|bad-response|blocked|host-unreachable|http-(?:403|408|425|429|5\d\d)"
)


def slow_limits(limits: FetchLimits) -> FetchLimits:
    """The limits of a second pass: few connections, one a host, half as long again to answer."""
    return replace(
        limits,
        connections=min(_SLOW_CONNECTIONS, limits.connections),
        host_connections=1,
        total_s=limits.total_s * _PATIENCE,
        connect_s=limits.connect_s * _PATIENCE,
    )


def may_come_back(result: FetchResult) -> bool:
    """Whether asking again the same night, slowly, is worth it. Not where the server told us when to come back."""
    return isinstance(result, Problem) and result.retry_after_s is None and bool(_PASSING.fullmatch(result.code))


async def fetch_in_two_passes(
    fast: Fetcher, slow: Fetcher, requests: Iterable[FetchRequest], *, on_result: OnResult
) -> None:
    """Fetches all with `fast`, then with `slow` what failed in a passing way.

    `on_result` gets each request once, with its last result. Both fetchers must be entered; `slow` is best made with
    `slow_limits` and the robots policy of `fast`.
    """
    again: list[FetchRequest] = []

    async def first(request: FetchRequest, result: FetchResult) -> None:
        if may_come_back(result):
            again.append(request)
        elif (done := on_result(request, result)) is not None:
            await done

    await fetch_all(fast, requests, on_result=first)
    await fetch_all(slow, again, on_result=on_result)
