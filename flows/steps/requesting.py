"""The night's visitor: one fetcher with the settings' manners; what may be kept is archived before anybody reads it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from config.house import House
from extractors.model import FetchedPage, Problem
from extractors.web.fetch import Fetcher, fetch_all
from extractors.web.gates import HostBook
from extractors.web.guard import GuardPolicy
from extractors.web.journal import facts_of_answer
from extractors.web.model import FetchLimits, FetchRequest, FetchResult
from extractors.web.rights import RightsPolicy
from extractors.web.robots import RobotsPolicy
from flows.night import Night
from warehouse.site_files import find_site_files, store_site_files

Clock = Callable[[], datetime]
Heard = Callable[[FetchRequest, FetchResult], None]


def ask_all(night: Night, requests: Sequence[FetchRequest], heard: Heard, *, slow: bool = False) -> None:
    """Fetches them all politely; `heard` gets each answer once, a page with the place of its archive record.

    `slow`: the second pass, few at a time and with more patience, for what failed in the first.
    """

    async def visit() -> None:
        tools = polite_fetcher(
            night.house, robots=night.robots, rights=night.rights, hosts=night.hosts, clock=night.clock, slow=slow
        )
        async with tools as fetcher:
            await fetch_all(fetcher, requests, on_result=archived)

    def archived(request: FetchRequest, result: FetchResult) -> None:
        if isinstance(result, FetchedPage) and result.keep:
            result = replace(result, archive=night.archive.append(result))
        else:
            known = unkept(result) if isinstance(result, FetchedPage) else result
            night.archive.note("answer", facts_of_answer(request.url, known), at=datetime.now(UTC))
        heard(request, result)

    if night.past is not None:
        night.past.answer_all(requests, heard)
    elif requests:
        asyncio.run(visit())


def unkept(page: FetchedPage) -> Problem:
    """What the archive knows of a page whose publisher asks us by name not to archive it."""
    detail = "the publisher asks that the page be not archived; it cannot be read again from the archive"
    return Problem(stage="archive", url=page.url, code="not-archived", detail=detail)


def recall_site_files(night: Night) -> None:
    """Takes up what sites' robots.txt and tdmrep.json answered to earlier runs of the day."""
    found = find_site_files(night.con, now=night.as_of)
    night.robots.files.recall(found["robots"])
    night.rights.files.recall(found["tdm"])


def keep_site_files(night: Night) -> None:
    """Stores what they answered tonight, inside the caller's transaction."""
    store_site_files(night.con, "robots", night.robots.files.take_learnt(), now=night.as_of)
    store_site_files(night.con, "tdm", night.rights.files.take_learnt(), now=night.as_of)


def polite_fetcher(
    house: House, *, robots: RobotsPolicy, rights: RightsPolicy, hosts: HostBook, clock: Clock, slow: bool = False
) -> Fetcher:
    """A fetcher after the settings, with what is known of the hosts: their rules, and when each had its last turn."""
    settings = house.settings.fetch
    return Fetcher(
        user_agent=settings.user_agent,
        limits=fetch_limits(house, slow=slow),
        guard=GuardPolicy(allow_networks=settings.allow_private_networks),
        robots=robots,
        reservations=rights,
        book=hosts,
        clock=clock,
    )


def fetch_limits(house: House, *, slow: bool) -> FetchLimits:
    """The settings' limits; in the slow pass four connections at a time and half as long again to answer."""
    chosen = house.settings.fetch
    return FetchLimits(
        total_s=chosen.total_timeout_s * (1.5 if slow else 1.0),
        connect_s=chosen.connect_timeout_s * (1.5 if slow else 1.0),
        max_bytes=chosen.max_bytes,
        max_redirects=chosen.max_redirects,
        connections=min(4, chosen.concurrency) if slow else chosen.concurrency,
        host_connections=1 if slow else chosen.per_host_connections,
        host_gap_s=chosen.per_host_gap_s,
    )
