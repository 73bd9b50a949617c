"""Reads the feeds that are due and writes down what they gave: from then on nothing seen can be lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from config.sources import Source
from extractors.feeds.model import ParsedFeed
from extractors.feeds.parse import parse_feed
from extractors.feeds.schedule import is_due, next_request, next_state, reconfigured
from extractors.feeds.state import SourceState, feed_answer
from extractors.model import FeedEntry, FetchedPage, Problem
from extractors.urls import article_id_of
from extractors.web.model import FetchRequest, FetchResult, NotModified
from flows.night import Night
from flows.report import SourceLine
from flows.steps.entries import Sorted, sort_entries
from flows.steps.requesting import ask_all, keep_site_files, recall_site_files
from warehouse.feed_state import find_source_states, store_source_states
from warehouse.store import (
    EntryOutcome,
    FetchRecord,
    add_feed_results,
    find_known_articles,
    find_known_entries,
    release_entries,
    transaction,
)

# What may come back when asked again, slowly.
PASSING = frozenset(("timeout", "dns", "connect", "cut-off", "host-unreachable", "bad-response", "tls", "http-429",
                     "http-500", "http-502", "http-503", "http-504"))  # fmt: skip
# What every source says on a machine without network.
UNREACHABLE = frozenset(("timeout", "dns", "connect", "host-unreachable"))
# Problems that only a server's answer can give.
ANSWERED = frozenset(("blocked", "robots-denied", "too-large", "bad-encoding", "bad-redirect", "redirect-loop",
                      "too-many-redirects", "insecure-redirect", "unexpected-304", "bad-response"))  # fmt: skip
SITEMAPS_OF_AN_INDEX = 2


@dataclass(slots=True, kw_only=True)
class Asked:
    """A source of tonight: its state before, what its server answered, and what was read in that."""

    source: Source
    before: SourceState
    request: FetchRequest
    result: FetchResult | None = None
    feed: ParsedFeed | None = None
    more: list[FeedEntry] = field(default_factory=list)

    @property
    def entries(self) -> tuple[FeedEntry, ...]:
        """All entries, of the feed itself and of what it points to."""
        return (*(self.feed.entries if self.feed else ()), *self.more)


def read_feeds(night: Night) -> bool:
    """Whether any source could be reached (or none was due). If not, nothing was stored.

    Two passes: fast over all, then slowly over what failed. One transaction holds the answers, the states of the
    sources with their validators, and the new entries: a feed never counts as read whose entries are not there.
    """
    with night.timed("duckdb"):
        states = find_source_states(night.con)
        recall_site_files(night)
    due = [asked for source in night.house.enabled_sources if (asked := _due(night, source, states)) is not None]
    with night.timed("fetching feeds"):
        _ask(night, due, slow=False)
        if is_cut_off([asked.result for asked in due]):
            night.problems.extend(asked.result for asked in due if isinstance(asked.result, Problem))
            return False
        _ask(night, [a for a in due if isinstance(a.result, Problem) and a.result.code in PASSING], slow=True)
    with night.timed("parsing feeds"):
        for asked in due:
            _parse(night, asked)
    with night.timed("fetching feeds"):
        _follow(night, due)
    _store(night, due)
    return True


def give_back(night: Night) -> None:
    """Releases the entries that this run took up from earlier ones: it could not do anything for them."""
    with transaction(night.con):
        release_entries(night.con, run_id=night.run_id)


def _due(night: Night, source: Source, states: Mapping[str, SourceState]) -> Asked | None:
    fresh = SourceState(source_id=source.id, feed_url=source.feed_url)
    state = reconfigured(states.get(source.id, fresh), source.feed_url)
    if not is_due(state, night.as_of):
        return None
    return Asked(source=source, before=state, request=next_request(state, night.as_of))


def is_cut_off(results: Sequence[FetchResult | None]) -> bool:
    """Whether no server of any source answered, and the network may be why."""
    codes = [result.code for result in results if isinstance(result, Problem)]
    answered = len(codes) < len(results) or any(code.startswith("http-") or code in ANSWERED for code in codes)
    return not answered and any(code in UNREACHABLE for code in codes)


def _ask(night: Night, due: Sequence[Asked], *, slow: bool) -> None:
    by_url: dict[str, list[Asked]] = {}
    for asked in due:
        by_url.setdefault(asked.request.url, []).append(asked)

    def heard(request: FetchRequest, result: FetchResult) -> None:
        for asked in by_url[request.url]:
            asked.result = result

    ask_all(night, [items[0].request for items in by_url.values()], heard, slow=slow)


def _parse(night: Night, asked: Asked) -> None:
    if isinstance(asked.result, FetchedPage):
        asked.feed = _parsed(night, asked.source, asked.result)


def _parsed(night: Night, source: Source, page: FetchedPage) -> ParsedFeed:
    return parse_feed(
        page.body,
        source_id=source.id,
        url=page.final_url,
        content_type=page.header("content-type"),
        now=night.as_of,
        max_entries=night.house.settings.fetch.max_entries_per_feed,
    )


def _follow(night: Night, due: Sequence[Asked]) -> None:
    """Reads what an answer points to, one step far: the newest sitemaps of an index, the feed that a page announces."""
    wanted: dict[str, Asked] = {}
    for asked in due:
        if asked.feed is not None and asked.feed.format == "sitemap-index":
            wanted.update(dict.fromkeys(asked.feed.next_links[:SITEMAPS_OF_AN_INDEX], asked))
        elif asked.feed is not None and asked.feed.problem is not None and asked.feed.alternates:
            wanted[asked.feed.alternates[0].url] = asked

    def heard(request: FetchRequest, result: FetchResult) -> None:
        asked = wanted[request.url]
        if isinstance(result, FetchedPage):
            feed = _parsed(night, asked.source, result)
            if asked.feed is not None and asked.feed.problem is not None and feed.problem is None:
                asked.feed = feed
            else:
                asked.more.extend(feed.entries)

    ask_all(night, [FetchRequest(url=url, kind="feed") for url in wanted], heard)


def _store(night: Night, due: Sequence[Asked]) -> None:
    entries = [entry for asked in due for entry in asked.entries]
    with night.timed("duckdb"):
        known = find_known_entries(night.con, {entry.entry_id for entry in entries})
        articles = find_known_articles(night.con, {article_id_of(entry.url) for entry in entries if entry.url})
    taken: set[str] = set()
    fetches: list[FetchRecord] = []
    fresh: list[FeedEntry] = []
    outcomes: list[EntryOutcome] = []
    problems: list[Problem] = []
    states: list[SourceState] = []
    max_age = timedelta(days=night.house.settings.max_age_days)
    for asked in due:
        found = sort_entries(asked.entries, known=known, known_articles=articles, taken=taken, as_of=night.as_of,
                             max_age=max_age)  # fmt: skip
        assert asked.result is not None
        new = [entry for entry in found.entries if entry.entry_id not in known]
        state = next_state(asked.before, feed_answer(asked.result, asked.feed, new_entries=new), now=night.as_of)
        fetches.append(feed_record(night, asked, found))
        fresh.extend(found.entries)
        outcomes.extend(found.outcomes)
        problems.extend(p for p in (problem_of(asked),) if p is not None)
        states.append(state)
        night.sources.append(
            SourceLine(source_id=asked.source.id, name=asked.source.name, state=state.state or "ok",
                       before=asked.before.state, evidence=state.evidence, entries=found.seen, new=len(new))
        )  # fmt: skip
    with night.timed("duckdb"), transaction(night.con):
        add_feed_results(night.con, run_id=night.run_id, as_of=night.as_of, fetches=fetches, entries=fresh,
                         outcomes=outcomes, problems=problems)  # fmt: skip
        before = {asked.source.id: asked.before for asked in due}
        keep_site_files(night)
        night.changes += store_source_states(night.con, states, before=before, now=night.as_of)
    night.problems.extend(problems)


def problem_of(asked: Asked) -> Problem | None:
    """What stood in the way of this feed: the fetch's problem or the parser's."""
    if isinstance(asked.result, Problem):
        return asked.result
    return asked.feed.problem if asked.feed else None


def feed_record(night: Night, asked: Asked, found: Sorted[FeedEntry]) -> FetchRecord:
    """The answer as a row of the fetches, with the entries that it brought."""
    page = asked.result if isinstance(asked.result, FetchedPage) else None
    problem = problem_of(asked)
    code, status = "ok", page.status if page else None
    if isinstance(asked.result, NotModified):
        code, status = "not-modified", 304
    elif problem is not None:
        code = problem.code
        status = int(code[5:]) if code.startswith("http-") else status
    return FetchRecord(
        kind="feed",
        source_id=asked.source.id,
        url=asked.request.url,
        code=code,
        status=status,
        fetched_at=page.fetched_at if page else night.clock(),
        final_url=page.final_url if page else None,
        bytes=len(page.body) if page else None,
        elapsed_s=page.elapsed_s if page else None,
        entries_seen=found.seen,
        entries_known=found.known,
        archive=page.archive if page else None,
    )
