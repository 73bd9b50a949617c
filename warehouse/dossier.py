"""All that is known of one storyline: its turns, sources, entities, dates and notes."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from warehouse.connection import Connection
from warehouse.dates_ahead import ComingDate, find_dates_ahead
from warehouse.sql import load_sql
from warehouse.stories.model import DevelopmentKind, NewSentence, Outlet


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierTurn:
    """A development as it was told, with its reports."""

    development_id: str
    kind: DevelopmentKind
    headline: str
    happened_at: datetime
    told_at: datetime
    weight: float
    reasons: tuple[str, ...]
    topics: tuple[str, ...]
    updates_id: str | None
    sentences: tuple[NewSentence, ...]
    outlets: tuple[Outlet, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierSource:
    """An outlet and what it had on the storyline."""

    outlet: str
    reports: int
    copies: int
    first_at: datetime
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierEntity:
    """Who is named, how often, in how many reports, from when to when; `listed`: on a watch-list."""

    name: str
    mentions: int
    reports: int
    listed: bool
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierNote:
    """What a person wrote, and about what."""

    noted_at: datetime
    kind: str
    text: str
    target_kind: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """A storyline with everything that hangs on it. `turns` are the earliest first, updates among them."""

    storyline_id: str
    title: str
    state: str
    first_at: datetime
    last_at: datetime
    stories: int
    reports: int
    copies: int
    languages: tuple[str, ...]
    published_at: datetime | None
    turns: tuple[DossierTurn, ...]
    sources: tuple[DossierSource, ...]
    entities: tuple[DossierEntity, ...]
    dates: tuple[ComingDate, ...]
    notes: tuple[DossierNote, ...]


def find_dossier(con: Connection, storyline_id: str) -> Dossier | None:
    """The storyline's dossier; None where there is no such storyline."""
    row = con.execute(load_sql("dossier_storyline"), {"storyline_id": storyline_id}).fetchone()
    if row is None:
        return None
    return Dossier(
        storyline_id=row[0], title=row[1], state=row[2], first_at=_utc(row[3]), last_at=_utc(row[4]), stories=row[5],
        reports=row[8], copies=row[9], languages=tuple(row[10] or ()),
        published_at=_utc(row[11]) if row[11] else None, turns=_turns(con, storyline_id),
        sources=tuple(
            DossierSource(outlet=r[0], reports=r[1], copies=r[2], first_at=_utc(r[3]), languages=tuple(r[4] or ()))
            for r in _rows(con, "dossier_sources", storyline_id)
        ),
        entities=tuple(
            DossierEntity(name=r[0], mentions=r[1], reports=r[2], listed=r[3], first_at=_utc(r[4]), last_at=_utc(r[5]))
            for r in _rows(con, "dossier_entities", storyline_id)
        ),
        dates=tuple(find_dates_ahead(con, since=date.min, storyline_id=storyline_id)),
        notes=tuple(
            DossierNote(noted_at=_utc(r[0]), kind=r[1], text=r[2], target_kind=r[3], title=r[5])
            for r in _rows(con, "dossier_notes", storyline_id)
        ),
    )  # fmt: skip


def _turns(con: Connection, storyline_id: str) -> tuple[DossierTurn, ...]:
    rows = _rows(con, "dossier_turns", storyline_id)
    wanted = {"developments": ",".join(row[0] for row in rows)}
    sentences: dict[str, list[NewSentence]] = defaultdict(list)
    outlets: dict[str, list[Outlet]] = defaultdict(list)
    for key, text, article, starts, ends in con.execute(load_sql("stories_development_sentences"), wanted).fetchall():
        sentences[key].append(
            NewSentence(text=text, article_id=article, new_parts=tuple(zip(starts, ends, strict=True)))
        )
    for row in con.execute(load_sql("stories_development_outlets"), wanted).fetchall():
        outlets[row[0]].append(Outlet(
            article_id=row[1], name=row[2], site=row[3], url=row[4], title=row[5], language=row[6],
            published_at=_utc(row[7]) if row[7] else None, relation=row[8],
        ))  # fmt: skip
    return tuple(
        DossierTurn(
            development_id=row[0], kind=row[1], headline=row[2], happened_at=_utc(row[3]), told_at=_utc(row[4]),
            weight=row[5], reasons=tuple(row[6]), topics=tuple(row[7]), updates_id=row[9],
            sentences=tuple(sentences[row[0]]), outlets=tuple(outlets[row[0]]),
        )
        for row in rows
    )  # fmt: skip


def _rows(con: Connection, name: str, storyline_id: str) -> list[tuple[Any, ...]]:
    return con.execute(load_sql(name), {"storyline_id": storyline_id}).fetchall()


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


def storyline_of_article(con: Connection, article_id: str) -> str | None:
    """The storyline that holds the article; None where none does."""
    row = con.execute(load_sql("dossier_of_article"), {"article_id": article_id}).fetchone()
    return None if row is None else row[0]


def find_storylines_named(con: Connection, words: str, *, ids: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Id and title of the storylines (of those, where ids are given) whose title holds all the words, the latest first.

    Case and accents do not matter.
    """
    folded = unicodedata.normalize("NFD", words.lower())
    wanted = "".join(char for char in folded if not unicodedata.combining(char)).split()
    rows = con.execute(load_sql("dossier_named"), {"words": wanted, "ids": list(ids)}).fetchall()
    return [(row[0], row[1]) for row in rows]
