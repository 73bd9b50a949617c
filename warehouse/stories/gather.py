"""Reads from the warehouse what a night of stories needs; decides nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import numpy as np

from warehouse.sql import load_sql
from warehouse.stories.telling import Report, Storyline
from warehouse.stories.terms import Terms, terms_from_bytes

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Reports of the window that are taken from the database at once: all of them would be held twice for a while.
_ROWS = 4_096


@dataclass(frozen=True, slots=True)
class Known:
    """A report of the last days, with the story that holds it."""

    story_id: str
    storyline_id: str
    site: str
    language: str | None
    at: datetime
    dated: bool
    terms: Terms
    version_id: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A development that was told before."""

    development_id: str
    headline: str
    happened_at: datetime
    told_at: datetime

    def follows(self, other: Told) -> bool:
        """Whether it is the later of the two: told later; of those told at once the later event, then the first id."""
        ours, theirs = (self.told_at, self.happened_at), (other.told_at, other.happened_at)
        return ours > theirs or (ours == theirs and self.development_id < other.development_id)


@dataclass(frozen=True, slots=True)
class Named:
    """A name on a storyline: the stories that mention it, how often they do, whether a watch-list has it."""

    name: str
    stories: frozenset[str]
    mentions: int
    listed: bool


@dataclass(frozen=True, slots=True)
class Unheld:
    """A version that no story holds yet: when it was first seen, its verdict, whether it is a reference document."""

    version_id: str
    seen_at: datetime
    relation: str
    original_id: str | None
    seed: bool


def find_unheld(con: duckdb.DuckDBPyConnection, *, as_of: datetime) -> list[Unheld]:
    """Judged versions, and reference documents, that no story holds yet, those first seen first."""
    rows = con.execute(load_sql("stories_unheld"), {"as_of": as_of}).fetchall()
    found = [Unheld(version, _utc(seen), relation or "new", original, seed)
             for version, seen, relation, original, seed in rows]  # fmt: skip
    return sorted(found, key=lambda one: (one.seen_at, one.version_id))


def find_topics(
    con: duckdb.DuckDBPyConnection, unheld: Collection[Unheld]
) -> dict[str, list[tuple[str, float]]]:
    """The topics of some versions with their weights, the heaviest first; a version without one is not there."""
    topics: dict[str, list[tuple[str, float]]] = defaultdict(list)
    hits = con.execute(load_sql("stories_topics"), {"versions": _joined([u.version_id for u in unheld])}).fetchall()
    for version, topic, weight in sorted(hits, key=lambda hit: (-hit[2], hit[1])):
        topics[version].append((topic, weight))
    return topics


def read_reports(
    con: duckdb.DuckDBPyConnection, unheld: Collection[Unheld], topics: Mapping[str, Sequence[tuple[str, float]]],
    sources: Mapping[str, str],
) -> list[Report]:  # fmt: skip
    """Some versions with their texts. `sources` has the names of sources by their ids."""
    by_id = {one.version_id: one for one in unheld}
    rows = con.execute(load_sql("stories_reports"), {"versions": _joined(by_id)}).fetchall()
    return [_report(row, by_id[row[0]], topics.get(row[0], ()), sources) for row in rows]


def find_sources(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The names of sources that have one, by their ids."""
    return dict(con.execute(load_sql("stories_sources")).fetchall())


def _report(
    row: tuple[Any, ...], unheld: Unheld, topics: Sequence[tuple[str, float]], names: Mapping[str, str]
) -> Report:  # fmt: skip
    (version_id, article_id, site, source_id, publisher, url, title, standfirst, text, language,
     published_at, certainty, first_seen_at) = row  # fmt: skip
    dated = published_at is not None and certainty in ("exact", "day") and (
        unheld.seed or published_at <= first_seen_at + timedelta(days=2)
    )
    body = text or ""
    if standfirst and standfirst not in body[: len(standfirst) + 400]:
        body = f"{standfirst}\n\n{body}"
    named = names.get(source_id)
    return Report(
        version_id=version_id, article_id=article_id, relation=unheld.relation, original_id=unheld.original_id,
        site=site,
        outlet=named if named is not None else publisher if publisher is not None else site, url=url, title=title,
        text=body, language=language,
        published_at=_utc(published_at) if published_at else None,
        at=_utc(published_at if dated else first_seen_at), seen_at=_utc(first_seen_at), dated=dated,
        topics=tuple(topic for topic, _ in topics),
        topic_weight=max((float(weight) for _, weight in topics), default=0.0), seed=unheld.seed,
    )  # fmt: skip


def find_window(con: duckdb.DuckDBPyConnection, *, since: datetime, until: datetime) -> list[Known]:
    """Reports between two times (both included) that stories hold."""
    moved = _find_moved(con)
    found: list[Known] = []
    result = con.execute(load_sql("stories_window"), {"since": since, "until": until})
    while rows := result.fetchmany(_ROWS):
        found += [
            Known(moved.get(version_id, story_id), storyline_id, site, language, _EPOCH + timedelta(microseconds=at),
                  dated, terms_from_bytes(blob), version_id)
            for story_id, storyline_id, site, language, at, dated, blob, version_id in rows
        ]  # fmt: skip
    return found


def _find_moved(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The story that a report counts as since the last split or merge that concerned it."""
    latest: dict[str, tuple[datetime, str]] = {}
    for version, story, at in con.execute(load_sql("stories_moved")).fetchall():
        if version not in latest or at > latest[version][0]:
            latest[version] = (at, story)
    return {version: story for version, (_, story) in latest.items()}


def find_holding(con: duckdb.DuckDBPyConnection, articles: Collection[str]) -> dict[str, tuple[str, str]]:
    """Story and storyline of each article that one holds."""
    if not articles:
        return {}
    rows = con.execute(load_sql("stories_holding"), {"articles": _joined(articles)}).fetchall()
    return {article: (story, storyline) for article, story, storyline in rows}


def find_facts(con: duckdb.DuckDBPyConnection, storylines: Collection[str]) -> dict[str, set[int]]:
    """What is known on each storyline."""
    if not storylines:
        return {}
    rows = con.execute(load_sql("stories_facts"), {"storylines": _joined(storylines)}).fetchnumpy()
    return {
        storyline: set(np.asarray(facts).tolist())
        for storyline, facts in zip(rows["storyline_id"], rows["facts"], strict=True)
    }


def find_storylines(con: duckdb.DuckDBPyConnection, storylines: Collection[str]) -> dict[str, Storyline]:
    """Some storylines as they stand."""
    if not storylines:
        return {}
    return {
        row[0]: Storyline(
            storyline_id=row[0], title=row[1], founder_id=row[2], first_at=_utc(row[3]), last_at=_utc(row[4]),
            state=row[5], stories=row[6], turns=row[7], entities=tuple(row[8]),
        )
        for row in con.execute(load_sql("stories_storylines"), {"storylines": _joined(storylines)}).fetchall()
    }  # fmt: skip


def find_names(con: duckdb.DuckDBPyConnection, storylines: Collection[str]) -> dict[str, list[Named]]:
    """Who is named in the stories of some storylines."""
    if not storylines:
        return {}
    found: dict[str, list[Named]] = defaultdict(list)
    rows = con.execute(load_sql("stories_names"), {"storylines": _joined(storylines)}).fetchall()
    for storyline, name, stories, mentions, listed in rows:
        found[storyline].append(Named(name, frozenset(stories), mentions, listed))
    return found


def find_turns(
    con: duckdb.DuckDBPyConnection, storylines: Collection[str], stories: Collection[str], *, since: datetime
) -> list[tuple[str, str, Told]]:  # fmt: skip
    """What was told of some storylines, of some stories, and of anything since a time, updates left out.

    Rows of storyline, story and what was told, in no order.
    """
    rows = con.execute(
        load_sql("stories_turns"), {"storylines": _joined(storylines), "stories": _joined(stories), "since": since}
    ).fetchall()
    return [
        (storyline, story, Told(development, headline, _utc(at), _utc(told_at)))
        for storyline, story, development, headline, at, told_at in rows
    ]


def _joined(ids: Collection[str]) -> str:
    """Ids as one parameter: a list of Python strings costs the driver a look for pandas at each."""
    return ",".join(sorted(ids))


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
