"""What is known of stories when a night is told: read from the warehouse once, and kept for the nights after it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import duckdb

from warehouse.stories.gather import (
    Known,
    Named,
    Told,
    find_facts,
    find_holding,
    find_names,
    find_sources,
    find_storylines,
    find_turns,
    find_window,
)
from warehouse.stories.kindred import Kindred, StoryVectors
from warehouse.stories.telling import Storyline, Telling

# What is kept of storylines and stories is put away when it has grown to this.
_LINES = 20_000
_FACTS = 400_000

# Reports of so many days more than asked for are read at once: later nights will ask for them.
_AHEAD = timedelta(days=30)

# Reports that lie so much before those looked at last are put away.
_BEHIND = timedelta(days=30)

_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Turns:
    """What was told before: the last turn of each storyline, what is open on each story, when each story was told."""

    last: dict[str, Told]
    open: dict[str, Told]
    told: dict[str, datetime]


class Past:
    """The warehouse as it stands, with what was told since (`take`) on top, stored or not.

    Whatever is asked for is read when it is first needed. Nothing else may write stories as long as it is used, and the
    times of nights must not go back; after a rollback it is of no use any more. Its size is bounded by the window, the
    storylines touched lately, and `warehouse.stories.kindred.KEPT`.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self.sources = find_sources(con)
        self._begin()

    def _begin(self) -> None:
        self._reach: tuple[datetime, datetime] | None = None
        self._reports: dict[str, Known] = {}
        self._vectors = StoryVectors(self._con)
        self._storylines: dict[str, Storyline] = {}
        self._facts: dict[str, set[int]] = {}
        self._last: dict[str, Told | None] = {}
        self._open: dict[str, Told | None] = {}
        self._told: list[tuple[datetime, str]] | None = None
        self._waiting: list[Telling] = []  # told and not stored
        self._holding: dict[str, list[tuple[str, str]]] = defaultdict(list)  # by that

    # ---- what is known ----

    def window(self, since: datetime, until: datetime) -> list[Known]:
        """Reports between two times (both included) that stories hold, in order of time."""
        if self._reach is None:
            self._read(since, until)
            self._reach = since, until
        begin, end = self._reach
        if since < begin:
            self._read(since, begin)
            begin = since
        if until > end:
            self._read(end, until + _AHEAD)
            end = until + _AHEAD
        self._reach = begin, end
        found = [known for known in self._reports.values() if since <= known.at <= until]
        return sorted(found, key=lambda known: (known.at, known.version_id))

    def _read(self, since: datetime, until: datetime) -> None:
        for known in find_window(self._con, since=since, until=until):
            self._reports.setdefault(known.version_id, known)

    def holding(self, articles: Collection[str]) -> dict[str, tuple[str, str]]:
        """Story and storyline of each of some articles that one holds."""
        found = find_holding(self._con, articles)
        for article in articles:
            for story, line in self._holding.get(article, ()):
                before = found.get(article, (story, line))
                found[article] = min(before[0], story), min(before[1], line)
        return found

    def kindred(
        self, vectors: Mapping[int, Mapping[int, float]], *, since: datetime, least: float
    ) -> dict[int, list[Kindred]]:
        """For each group of tonight (by number) the earlier stories that are like it."""
        return self._vectors.find(vectors, since=since, least=least)

    def storylines(self, lines: Collection[str]) -> dict[str, Storyline]:
        """Some storylines as they stand."""
        self._storylines |= find_storylines(self._con, [line for line in lines if line not in self._storylines])
        return {line: self._storylines[line] for line in lines if line in self._storylines}

    def facts(self, lines: Collection[str]) -> dict[str, set[int]]:
        """What is known on some storylines; whoever asked may add to it what is told."""
        self._facts |= find_facts(self._con, [line for line in lines if line not in self._facts])
        return {line: self._facts.setdefault(line, set()) for line in lines}

    def turns(self, lines: Collection[str], stories: Collection[str], *, since: datetime) -> Turns:
        """What was told of some storylines and stories, and when anything was told since a time; updates left out."""
        new_lines = {line for line in lines if line not in self._last}
        new_stories = {story for story in stories if story not in self._open}
        if new_lines or new_stories or self._told is None:
            rows = find_turns(self._con, new_lines, new_stories, since=since if self._told is None else _NEVER)
            self._last |= dict.fromkeys(new_lines)
            self._open |= dict.fromkeys(new_stories)
            for line, story, told in rows:
                if line in new_lines:
                    _follow(self._last, line, told)
                if story in new_stories:
                    _follow(self._open, story, told)
            if self._told is None:
                self._told = [(told.happened_at, story) for _, story, told in rows]
        self._told = [one for one in self._told if one[0] >= since]
        last = {line: turn for line in lines if (turn := self._last[line]) is not None}
        opened = {story: turn for story in stories if (turn := self._open[story]) is not None}
        return Turns(last, opened, {story: at for at, story in sorted(self._told)})

    def names(self, lines: Collection[str]) -> dict[str, list[Named]]:
        """Who is named in the stories of some storylines."""
        found = {
            (line, named.name): named for line, some in find_names(self._con, lines).items() for named in some
        }  # fmt: skip
        for telling in self._waiting:
            for member in telling.memberships:
                for name, n in member.names.items() if member.storyline_id in lines else ():
                    key = member.storyline_id, name
                    before = found.get(key, Named(name, frozenset(), 0, listed=False))
                    found[key] = Named(name, before.stories | {member.story_id}, before.mentions + n,
                                       before.listed or name in telling.listed)  # fmt: skip
        there: dict[str, list[Named]] = defaultdict(list)
        for (line, _), named in found.items():
            there[line].append(named)
        return there

    # ---- what was told since ----

    def take(self, telling: Telling) -> None:
        """What was told is known from now on."""
        self._waiting.append(telling)
        for member in telling.memberships:
            self._holding[member.report.article_id].append((member.story_id, member.storyline_id))
            if member.terms is not None:
                report = member.report
                self._reports[report.version_id] = Known(
                    member.story_id, member.storyline_id, report.site, report.language, report.at, report.dated,
                    member.terms.without_names(), report.version_id,
                )  # fmt: skip
        self._vectors.take(telling.stories)
        founded = {story.story_id for story in telling.stories}
        for line in telling.storylines:
            self._storylines[line.storyline_id] = line
            if line.founder_id in founded:
                self._last.setdefault(line.storyline_id, None)
                self._facts.setdefault(line.storyline_id, set())
        for line_id, facts in telling.facts.items():
            if line_id in self._facts:
                self._facts[line_id] |= facts
        self._open |= {story: None for story in founded if story not in self._open}
        self._take_turns(telling)

    def _take_turns(self, telling: Telling) -> None:
        told = [
            (one, Told(one.development_id, one.headline, one.happened_at, telling.as_of))
            for one in telling.developments if one.kind != "update"
        ]  # fmt: skip
        for one, turn in told:
            for known, key in ((self._last, one.storyline_id), (self._open, one.story_id)):
                if key in known:
                    _follow(known, key, turn)
            if self._told is not None:
                self._told.append((one.happened_at, one.story_id))

    def waiting(self) -> Sequence[Telling]:
        """What was told and is not stored yet."""
        return tuple(self._waiting)

    def stored(self) -> None:
        """All that was taken is in the warehouse by now, so that anything may be read from there again."""
        acted = any(telling.acts for telling in self._waiting)
        self._waiting.clear()
        self._holding.clear()
        if acted:  # reports count as other stories' now
            self._begin()
            return
        if len(self._last) + len(self._open) > _LINES or sum(map(len, self._facts.values())) > _FACTS:
            self._storylines, self._facts, self._last, self._open = {}, {}, {}, {}
        self._vectors.stored()
        if self._reach is not None:
            begin = max(self._reach[0], self._reach[1] - _AHEAD - _BEHIND)
            self._reach = begin, self._reach[1]
            self._reports = {version: known for version, known in self._reports.items() if known.at >= begin}


def _follow(known: dict[str, Told | None], key: str, told: Told) -> None:
    """The turn stands there now, if it is later than the one that did."""
    before = known.get(key)
    if before is None or told.follows(before):
        known[key] = told
