"""Nights told one after the other: what waits to be told, what is known, and what is to be stored."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import datetime

import duckdb

from warehouse.stories.gather import find_topics, find_unheld, read_reports
from warehouse.stories.past import Past
from warehouse.stories.rules import StoryRules
from warehouse.stories.store import store_tellings
from warehouse.stories.tell import tell_night
from warehouse.stories.telling import Report, Telling
from warehouse.stories.terms import alias_table

# Texts that are read at once, if a night has fewer: those of the nights to come with them.
_READ = 200

# Members that are stored at once.
_FULL = 1_000


class Chronicle:
    """Tells nights in order of their clocks and stores them some at a time; what it knows it does not read again.

    Takes part: judged versions first seen by `until` that no story holds yet, on a topic unless `rules.all_topics`.
    `watchlist` maps an entity to its aliases in any language. Nothing else may write stories or verdicts meanwhile, and
    after a failed `store` it is of no use any more: what was not stored is told again by another, with the same ids.
    """

    def __init__(
        self, con: duckdb.DuckDBPyConnection, *, until: datetime, rules: StoryRules | None = None,
        watchlist: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:  # fmt: skip
        self._con = con
        self._rules = rules or StoryRules()
        self._aliases = alias_table(watchlist or {})
        self._past = Past(con)
        self._unheld = find_unheld(con, as_of=until)
        self._ahead: list[Report] = []  # read, and not told yet: in the order in which they were seen

    def tell(self, as_of: datetime) -> Telling:
        """What the versions first seen by a time become, as of that time; no earlier than that of the call before.

        Raises ValueError where what was told before has to be stored first (`is_full`).
        """
        if self._must_store():
            raise ValueError("a night with a split or a merge is stored before the next one is told")
        due = bisect_right(self._unheld, as_of, key=lambda one: one.seen_at)
        if due:
            self._read_next(max(due, _READ))
        tonight = [report for report in self._ahead if report.seen_at <= as_of]
        telling = tell_night(tonight, self._past, aliases=self._aliases, as_of=as_of, rules=self._rules)
        if telling.memberships:
            held = {member.report.version_id for member in telling.memberships}
            self._ahead = [report for report in self._ahead if report.version_id not in held]
            self._past.take(telling)
        return telling

    @property
    def is_full(self) -> bool:
        """Whether what was told should be stored now."""
        return self._must_store() or sum(len(telling.memberships) for telling in self._past.waiting()) >= _FULL

    def store(self, *, run_id: str) -> None:
        """Stores what was told since the last time, inside the caller's transaction."""
        store_tellings(self._con, self._past.waiting(), run_id=run_id)
        self._past.stored()

    def _must_store(self) -> bool:
        return any(telling.acts for telling in self._past.waiting())

    def _read_next(self, number: int) -> None:
        """The texts of the next versions, of those that have a topic."""
        some = self._unheld[:number]
        del self._unheld[:number]
        topics = find_topics(self._con, some)
        wanted = [u for u in some if self._rules.all_topics or u.seed or u.version_id in topics]
        if wanted:
            reports = read_reports(self._con, wanted, topics, self._past.sources)
            self._ahead += sorted(reports, key=lambda report: report.seen_at)


def tell_stories(
    con: duckdb.DuckDBPyConnection, *, as_of: datetime, rules: StoryRules | None = None,
    watchlist: Mapping[str, tuple[str, ...]] | None = None,
) -> Telling:  # fmt: skip
    """What the judged versions that no story holds yet become, as of a time; writes nothing.

    `watchlist` maps an entity to its aliases in any language. Told again without storing, it gives the same answer.
    """
    return Chronicle(con, until=as_of, rules=rules, watchlist=watchlist).tell(as_of)
