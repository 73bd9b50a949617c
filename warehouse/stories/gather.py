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
    acts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Turns:
    """What was told before: the last turn of each storyline, what is open on each story, when each story was told."""

    last: dict[str, Told]
    open: dict[str, Told]
    told: dict[str, datetime]


@dataclass(frozen=True, slots=True)
class Named:
    """A name on a storyline: the stories that mention it, how often they do, whether a watch-list has it."""

    name: str
    stories: frozenset[str]
    mentions: int
    listed: bool


@dataclass(frozen=True, slots=True)
class Kindred:
    """An earlier story that shares heavy terms with one of tonight's groups."""

    story_id: str
    storyline_id: str
    similarity: float


def find_unheld(
    con: duckdb.DuckDBPyConnection, *, as_of: datetime, all_topics: bool, sources: Mapping[str, str] | None = None
) -> list[Report]:
    """Judged versions, and reference documents, that no story holds yet, in order of arrival.

    `sources` has the names of sources by their ids; they are looked up where it is not given. Which versions these are
    is asked first, and their texts afterwards: otherwise every text of the warehouse would be read.
    """
    verdicts = {
        row[0]: row[1:] for row in con.execute(load_sql("stories_unheld"), {"as_of": as_of}).fetchall()
    }  # fmt: skip
    if not verdicts:
        return []
    topics: dict[str, list[tuple[str, float]]] = defaultdict(list)
    hits = con.execute(load_sql("stories_topics"), {"versions": _joined(verdicts)}).fetchall()
    for version, topic, weight in sorted(hits, key=lambda hit: (-hit[2], hit[1])):
        topics[version].append((topic, weight))
    wanted = [v for v, (_, _, origin) in verdicts.items() if all_topics or origin == "seed" or v in topics]
    if not wanted:
        return []
    names = find_sources(con) if sources is None else sources
    rows = con.execute(load_sql("stories_reports"), {"versions": _joined(wanted)}).fetchall()
    found = [_report(row, verdicts[row[0]], topics.get(row[0], ()), names) for row in rows]
    return sorted(found, key=lambda r: r.arrival)


def find_sources(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The names of sources that have one, by their ids."""
    return dict(con.execute(load_sql("stories_sources")).fetchall())


def _report(
    row: tuple[Any, ...], verdict: tuple[str | None, str | None, str], topics: Sequence[tuple[str, float]],
    names: Mapping[str, str],
) -> Report:  # fmt: skip
    (version_id, article_id, site, source_id, publisher, url, title, standfirst, text, language,
     published_at, certainty, first_seen_at) = row  # fmt: skip
    relation, original_id, origin = verdict
    dated = published_at is not None and certainty in ("exact", "day") and (
        origin == "seed" or published_at <= first_seen_at + timedelta(days=2)
    )
    body = text or ""
    if standfirst and standfirst not in body[: len(standfirst) + 400]:
        body = f"{standfirst}\n\n{body}"
    named = names.get(source_id)
    return Report(
        version_id=version_id, article_id=article_id, relation=relation or "new", original_id=original_id, site=site,
        outlet=named if named is not None else publisher if publisher is not None else site, url=url, title=title,
        text=body, language=language,
        published_at=_utc(published_at) if published_at else None,
        at=_utc(published_at if dated else first_seen_at), seen_at=_utc(first_seen_at), dated=dated,
        topics=tuple(topic for topic, _ in topics),
        topic_weight=max((float(weight) for _, weight in topics), default=0.0), seed=origin == "seed",
    )  # fmt: skip


def find_window(con: duckdb.DuckDBPyConnection, *, since: datetime, until: datetime) -> list[Known]:
    """Reports between two times that stories hold, in order of time."""
    rows = con.execute(load_sql("stories_window"), {"since": since, "until": until}).fetchall()
    moved = _find_moved(con) if rows else {}
    return [
        Known(moved.get(version_id, story_id), storyline_id, site, language, _EPOCH + timedelta(microseconds=at), dated,
              terms_from_bytes(blob), version_id)
        for story_id, storyline_id, site, language, at, dated, blob, version_id
        in sorted(rows, key=lambda row: (row[4], row[7]))
    ]  # fmt: skip


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


def find_kindred(
    con: duckdb.DuckDBPyConnection, vectors: Mapping[int, Mapping[int, float]], *, since: datetime, least: float
) -> dict[int, list[Kindred]]:
    """For each group of tonight (by number) the earlier stories most like it, best first."""
    if not any(vectors.values()):
        return {}
    # The terms of all groups, sorted, with the group that has each and what it weighs there.
    mine = np.array([term for terms in vectors.values() for term in terms], dtype=np.uint32)
    weights = np.array([float(f"{w:.5f}") for terms in vectors.values() for w in terms.values()])
    owner = np.repeat(np.fromiter(vectors, np.int64, len(vectors)), [len(terms) for terms in vectors.values()])
    order = np.argsort(mine, kind="stable")
    mine, weights, owner = mine[order], weights[order], owner[order]
    table = con.execute(load_sql("stories_kindred"), {"since": since}).to_arrow_table().combine_chunks()
    if not table.num_rows:
        return {}
    lists = [table.column(name).combine_chunks() for name in ("terms", "weights")]
    terms, theirs = (one.flatten().to_numpy(zero_copy_only=False) for one in lists)
    rows = np.repeat(np.arange(table.num_rows), np.diff(lists[0].offsets.to_numpy()))
    low = np.searchsorted(mine, terms, side="left")
    runs = np.searchsorted(mine, terms, side="right") - low
    shared = np.flatnonzero(runs)
    low, runs = low[shared], runs[shared]
    entries = np.repeat(shared, runs)
    at = np.arange(len(entries)) + np.repeat(low - (np.cumsum(runs) - runs), runs)
    cells, place = np.unique(owner[at] * table.num_rows + rows[entries], return_inverse=True)
    sums = np.bincount(place, weights=weights[at] * theirs[entries], minlength=len(cells))
    found: dict[int, list[Kindred]] = defaultdict(list)
    like = np.flatnonzero(sums >= least)
    stories, lines = table.column("story_id"), table.column("storyline_id")
    for cell, similarity in zip(cells[like].tolist(), sums[like].tolist(), strict=True):
        number, row = divmod(cell, table.num_rows)
        found[number].append(Kindred(stories[row].as_py(), lines[row].as_py(), similarity))
    return found


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
    """Who is named in at least two stories of some storylines."""
    if not storylines:
        return {}
    found: dict[str, list[Named]] = defaultdict(list)
    rows = con.execute(load_sql("stories_names"), {"storylines": _joined(storylines)}).fetchall()
    for storyline, name, stories, mentions, listed in rows:
        found[storyline].append(Named(name, frozenset(stories), mentions, listed))
    return found


def find_turns(
    con: duckdb.DuckDBPyConnection, storylines: Collection[str], stories: Collection[str], *, since: datetime
) -> Turns:  # fmt: skip
    """What was told of some storylines and stories, and when anything was told since a time; updates left out."""
    rows = con.execute(
        load_sql("stories_turns"), {"storylines": _joined(storylines), "stories": _joined(stories), "since": since}
    ).fetchall()
    # The one told last comes first; of those told at once the latest event, then the first id.
    rows.sort(key=lambda row: str(row[2]))
    rows.sort(key=lambda row: (row[5], row[4]), reverse=True)
    last: dict[str, Told] = {}
    opened: dict[str, Told] = {}
    told: dict[str, datetime] = {}
    for storyline, story, development, headline, at, _, reasons in rows:
        if storyline in storylines and storyline not in last:
            last[storyline] = Told(development, headline, _utc(at))
        if story in stories and story not in opened:
            acts = frozenset(r[4:] for r in reasons if r.startswith("act:"))
            opened[story] = Told(development, headline, _utc(at), acts)
        if at >= since:
            told[story] = max(_utc(at), told.get(story, _utc(at)))
    return Turns(last, opened, told)


def _joined(ids: Collection[str]) -> str:
    """Ids as one parameter: a list of Python strings costs the driver a look for pandas at each."""
    return ",".join(sorted(ids))


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
