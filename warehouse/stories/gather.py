"""Reads from the warehouse what a night of stories needs; decides nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import numpy as np

from warehouse.sql import load_sql
from warehouse.stories.telling import Report, Storyline
from warehouse.stories.terms import Terms, terms_from_bytes


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


def find_unheld(con: duckdb.DuckDBPyConnection, *, as_of: datetime, all_topics: bool) -> list[Report]:
    """Judged versions, and reference documents, that no story holds yet, in order of arrival."""
    rows = con.execute(load_sql("stories_unheld"), {"as_of": as_of, "all_topics": all_topics}).fetchall()
    return sorted((_report(row) for row in rows), key=lambda r: r.arrival)


def _report(row: tuple[Any, ...]) -> Report:
    (version_id, article_id, relation, original_id, site, outlet, url, title, standfirst, text, language,
     published_at, certainty, first_seen_at, topics, topic_weight, origin) = row  # fmt: skip
    dated = published_at is not None and certainty in ("exact", "day") and (
        origin == "seed" or published_at <= first_seen_at + timedelta(days=2)
    )
    body = text or ""
    if standfirst and standfirst not in body[: len(standfirst) + 400]:
        body = f"{standfirst}\n\n{body}"
    return Report(
        version_id=version_id, article_id=article_id, relation=relation, original_id=original_id, site=site,
        outlet=outlet, url=url, title=title, text=body, language=language,
        published_at=_utc(published_at) if published_at else None,
        at=_utc(published_at if dated else first_seen_at), seen_at=_utc(first_seen_at), dated=dated,
        topics=tuple(topics),
        topic_weight=float(topic_weight), seed=origin == "seed",
    )  # fmt: skip


def find_window(con: duckdb.DuckDBPyConnection, *, since: datetime, until: datetime) -> list[Known]:
    """Reports between two times that stories hold, in order of time."""
    rows = con.execute(load_sql("stories_window"), {"since": since, "until": until}).fetchall()
    return [
        Known(story_id, storyline_id, site, language, _utc(at), dated, terms_from_bytes(blob), version_id)
        for story_id, storyline_id, site, language, at, dated, blob, version_id in rows
    ]


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
    parameters = {
        "stories": ",".join(str(number) for number, terms in vectors.items() for _ in terms),
        "terms": ",".join(str(term) for terms in vectors.values() for term in terms),
        "weights": ",".join(f"{weight:.5f}" for terms in vectors.values() for weight in terms.values()),
        "since": since,
        "least": least,
    }
    found: dict[int, list[Kindred]] = defaultdict(list)
    for number, story, storyline, similarity in con.execute(load_sql("stories_kindred"), parameters).fetchall():
        found[number].append(Kindred(story, storyline, similarity))
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


def find_storylines(
    con: duckdb.DuckDBPyConnection, storylines: Collection[str]
) -> tuple[dict[str, Storyline], dict[str, Told]]:
    """Some storylines as they stand, and the last turn of each."""
    if not storylines:
        return {}, {}
    lines: dict[str, Storyline] = {}
    last: dict[str, Told] = {}
    for row in con.execute(load_sql("stories_storylines"), {"storylines": _joined(storylines)}).fetchall():
        lines[row[0]] = Storyline(
            storyline_id=row[0], title=row[1], founder_id=row[2], first_at=_utc(row[3]), last_at=_utc(row[4]),
            state=row[5], stories=row[6], turns=row[7], entities=tuple(row[8]),
        )  # fmt: skip
        if row[9] is not None:
            last[row[0]] = Told(row[9], row[10], _utc(row[11]))
    return lines, last


def find_outlets(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """The names of all sources, in lower case."""
    return frozenset(row[0] for row in con.execute(load_sql("stories_outlets")).fetchall())


def find_names(con: duckdb.DuckDBPyConnection, storylines: Collection[str]) -> dict[str, list[Named]]:
    """Who is named in at least two stories of some storylines."""
    if not storylines:
        return {}
    found: dict[str, list[Named]] = defaultdict(list)
    rows = con.execute(load_sql("stories_names"), {"storylines": _joined(storylines)}).fetchall()
    for storyline, name, stories, mentions, listed in rows:
        found[storyline].append(Named(name, frozenset(stories), mentions, listed))
    return found


def find_open(con: duckdb.DuckDBPyConnection, stories: Collection[str]) -> dict[str, Told]:
    """The development that is open on each story."""
    if not stories:
        return {}
    rows = con.execute(load_sql("stories_open"), {"stories": _joined(stories)}).fetchall()
    return {
        story: Told(development, headline, _utc(at), frozenset(r[4:] for r in reasons if r.startswith("act:")))
        for story, development, headline, at, _, reasons in rows
    }


def find_told(con: duckdb.DuckDBPyConnection, *, since: datetime) -> dict[str, datetime]:
    """When each story that was told as a development since a time was told last."""
    return {s: _utc(at) for s, at in con.execute(load_sql("stories_told"), {"since": since}).fetchall()}


def _joined(ids: Collection[str]) -> str:
    """Ids as one parameter: a list of Python strings costs the driver a look for pandas at each."""
    return ",".join(sorted(ids))


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
