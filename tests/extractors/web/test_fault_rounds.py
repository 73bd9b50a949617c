"""Seeded rounds of a night's fetching over hosts that fail in every scripted way, with what must hold at the end.

`SOVWATCH_FAULT_ROUNDS=300` for many.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from extractors.feeds.parse import parse_feed
from extractors.feeds.schedule import next_state
from extractors.feeds.state import CONDITIONS, SourceState, feed_answer
from extractors.model import ArchiveRef, FetchedPage, Problem
from extractors.web.archive import Archive
from extractors.web.model import FetchLimits, FetchRequest, FetchResult
from extractors.web.passes import fetch_in_two_passes, slow_limits
from tests.extractors.web.scripted import NOW, SCRIPTS, fetcher, running

ROUNDS = int(os.environ.get("SOVWATCH_FAULT_ROUNDS", "3"))
CODES = re.compile(
    r"timeout|too-large|bad-response|cut-off|bad-encoding|http-\d{3}|blocked|redirect-loop|too-many-redirects|connect"
    r"|bad-redirect|refused-address|unexpected-304|retry-later|host-unreachable|bad-url"
)
# Two that cost most of a second each are left to their own tests.
PATHS = sorted(set(SCRIPTS) - {"/103-flood", "/header-flood", "/endless"})


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_night_of_faults(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    patience = rng.choice((2, 99))
    limits = FetchLimits(total_s=0.15, connect_s=0.1, host_gap_s=0.0, max_bytes=500_000, host_failures=patience)
    results: list[tuple[FetchRequest, FetchResult]] = []
    archived: dict[ArchiveRef, FetchedPage] = {}

    async def run() -> None:
        async with AsyncExitStack() as stack:
            sites = [await stack.enter_async_context(running(f"127.0.0.{n}")) for n in range(1, 5)]
            urls = [rng.choice(sites).base + rng.choice((*PATHS, "/plain", "/far/3", "/plain/x")) for _ in range(60)]
            urls += ["http://10.0.0.1/", "nonsense", "http://127.0.0.9:1/"]
            requests = [FetchRequest(url=f"{url}?{n}", kind=rng.choice(("feed", "page"))) for n, url in enumerate(urls)]
            with Archive(tmp_path, rotate_bytes=rng.choice((2_000, 10**6))) as archive:

                def note(request: FetchRequest, result: FetchResult) -> None:
                    results.append((request, result))
                    if isinstance(result, FetchedPage):
                        archived[archive.append(result)] = result

                fast = await stack.enter_async_context(fetcher(limits=limits))
                slow = await stack.enter_async_context(fetcher(limits=slow_limits(limits)))
                await fetch_in_two_passes(fast, slow, requests, on_result=note)
            assert Counter(r for r, _ in results) == Counter(requests)

    asyncio.run(run())
    archive = Archive(tmp_path)
    for ref, page in archived.items():
        read = archive.read(ref)
        assert (read.url, read.final_url, read.body, read.status) == (page.url, page.final_url, page.body, page.status)
    records = 0
    for path in archive.files():
        with path.open("rb") as stream:
            records += sum(r.rec_type == "response" for r in ArchiveIterator(stream, check_digests="raise"))
    assert records == len(archived) > 0
    for request, result in results:
        assert not isinstance(result, Problem) or CODES.fullmatch(result.code), result
        feed = None
        if isinstance(result, FetchedPage):
            feed = parse_feed(result.body, source_id="s", url=result.final_url, now=NOW)
        state = next_state(SourceState(source_id="s", feed_url=request.url), feed_answer(result, feed), now=NOW)
        assert state.state in CONDITIONS and state.evidence
