"""Asks sources now, without storing anything: what a night would find of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from config.house import House
from config.sources import Source
from extractors.feeds.parse import parse_feed
from extractors.feeds.schedule import next_state
from extractors.feeds.state import SourceState, feed_answer
from extractors.model import FetchedPage
from extractors.web.fetch import fetch_all
from extractors.web.model import FetchRequest, FetchResult
from extractors.web.rights import RightsPolicy
from extractors.web.robots import RobotsPolicy
from flows.night import product_token
from flows.steps.requesting import polite_fetcher


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A source as it answered: its state with the evidence, its entries, the newest of them, the feed it announces."""

    source_id: str
    name: str
    state: str
    evidence: str
    entries: int
    newest_at: datetime | None
    announces: str | None


def check_sources(house: House, sources: Sequence[Source], *, now: datetime) -> list[Checked]:
    """Each source as it answers a full request now, in the order given."""
    answers: dict[str, FetchResult] = {}

    async def visit() -> None:
        robots = RobotsPolicy(agent=product_token(house.settings.fetch.user_agent))
        tools = polite_fetcher(house, robots=robots, rights=RightsPolicy(), hosts={}, clock=lambda: datetime.now(UTC))
        async with tools as fetcher:
            requests = [FetchRequest(url=url, kind="feed") for url in dict.fromkeys(s.feed_url for s in sources)]
            await fetch_all(fetcher, requests, on_result=lambda request, result: answers.update({request.url: result}))

    asyncio.run(visit())
    return [_checked(source, answers[source.feed_url], now) for source in sources]


def _checked(source: Source, result: FetchResult, now: datetime) -> Checked:
    feed = None
    if isinstance(result, FetchedPage):
        kind = result.header("content-type")
        feed = parse_feed(result.body, source_id=source.id, url=result.final_url, content_type=kind, now=now)
    fresh = SourceState(source_id=source.id, feed_url=source.feed_url)
    answer = feed_answer(result, feed, new_entries=feed.entries if feed else ())
    state = next_state(fresh, answer, now=now)
    return Checked(
        source_id=source.id, name=source.name, state=state.state or "ok", evidence=state.evidence,
        entries=answer.entries or 0, newest_at=answer.newest_at, announces=answer.alternate,
    )  # fmt: skip
