"""What a site's own files ask of us, fetched once a day and heeded before every request."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from extractors.web.model import FetchKind, FetchRequest, FetchResult
from extractors.web.rights import TDM_FILE, RightsPolicy, TdmRule, rule_for
from extractors.web.robots import RobotsPolicy, RobotsRules, origin_of

Ask = Callable[[FetchRequest], Awaitable[FetchResult]]
Found = TypeVar("Found")


@dataclass(slots=True, kw_only=True)
class Manners:
    """Robots rules and reservations of every site met; a file under way is fetched once, whoever waits for it."""

    ask: Ask
    clock: Callable[[], datetime]
    slow_down: Callable[[str, float], None]
    robots: RobotsPolicy | None
    rights: RightsPolicy | None
    _under_way: dict[str, asyncio.Task[Any]] = field(default_factory=dict)

    async def refusal(self, url: str, kind: FetchKind) -> tuple[str, str] | None:
        """Problem code and reason why the URL is not to be fetched, or None if it may be."""
        if kind == "rules":
            return None
        origin = origin_of(url)
        if self.robots is not None:
            rules = await self.robots_rules(self.robots, origin)
            # Also for cached rules: they may have been learned by a fetcher with other gates.
            if rules.crawl_delay_s:
                self.slow_down(origin, rules.crawl_delay_s)
            refusal = self.robots.refusal(rules, url, kind)
            if refusal:
                return refusal
        if self.rights is not None and kind == "page":
            rule = rule_for(await self.tdm_rules(self.rights, origin), url)
            if rule and rule.reserved:
                return "reserved", "the publisher reserves text and data mining (tdmrep.json)"
        return None

    async def robots_rules(self, robots: RobotsPolicy, origin: str) -> RobotsRules:
        """The site's robots rules, from the cache or fetched."""
        known = robots.find(origin, now=self.clock())
        if known is not None:
            return known
        return await self._once(f"{origin}/robots.txt", lambda answer: robots.learn(origin, answer, now=self.clock()))

    async def tdm_rules(self, rights: RightsPolicy, origin: str) -> tuple[TdmRule, ...]:
        """The site's reservations, from the cache or fetched."""
        known = rights.find(origin, now=self.clock())
        if known is not None:
            return known
        return await self._once(f"{origin}{TDM_FILE}", lambda answer: rights.learn(origin, answer, now=self.clock()))

    def cancel(self) -> None:
        """Gives up what is under way."""
        for task in self._under_way.values():
            task.cancel()

    async def _once(self, url: str, learn: Callable[[FetchResult], Found]) -> Found:
        task: asyncio.Task[Found] | None = self._under_way.get(url)
        if task is None:

            async def run() -> Found:
                try:
                    return learn(await self.ask(FetchRequest(url=url, kind="rules")))
                finally:
                    self._under_way.pop(url, None)

            task = self._under_way[url] = asyncio.create_task(run())
        return await asyncio.shield(task)
