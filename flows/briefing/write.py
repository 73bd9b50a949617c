"""Writes the briefing: lists what there is, makes anew the pages that must change, then the search index."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from extractors.model import Problem
from flows.briefing.addresses import BLOCK, INDEX, LEAST, topic_path
from flows.briefing.cards import Manner
from flows.briefing.day_pages import put_days, put_index
from flows.briefing.desk import Desk
from flows.briefing.other_pages import put_others
from flows.briefing.search import index_pages
from flows.briefing.site_folder import SiteFolder
from flows.briefing.storyline_pages import put_storylines
from flows.briefing.topic_pages import put_topics
from warehouse.briefing import find_days, find_nights, find_notes, find_storylines, find_totals
from warehouse.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Briefed:
    """What was done: the front page, how many pages and files lie there, were written and removed, the seconds.

    `problem` says why there is no search; the pages are there all the same.
    """

    index: Path
    pages: int
    written: int
    removed: int
    seconds: dict[str, float]
    problem: Problem | None = None


def write_briefing(
    con: Connection, folder: Path, manner: Manner, *, anew: bool = False, search: bool = True
) -> Briefed:
    """The briefing in `folder`, as of the snapshot `con`; the same snapshot gives the same bytes.

    Only files that differ are written; `anew` makes every page again. Raises OSError where the folder cannot be
    written; what was written until then stays, and the next call completes it.
    """
    seconds: dict[str, float] = {}
    site = SiteFolder.open(folder, anew=anew)
    begun = time.monotonic()
    desk = Desk(
        con=con, site=site, manner=replace(manner, notes=find_notes(con)), nights=find_nights(con),
        lines=find_storylines(con),
    )  # fmt: skip
    days = find_days(con, zone=desk.zone, block=BLOCK, least=LEAST)
    seconds["lists"] = time.monotonic() - begun
    parts: tuple[tuple[str, Callable[[], None]], ...] = (
        ("storylines", lambda: put_storylines(desk)),
        ("days", lambda: put_days(desk, days)),
        ("topics", lambda: put_topics(desk)),
        ("others", lambda: put_others(desk)),
        ("front page", lambda: put_index(desk, days, find_totals(con))),
    )
    for name, put in parts:
        begun = time.monotonic()
        put()
        seconds[name] = time.monotonic() - begun
    pages = [path for path in site.now if path.endswith(".html")]
    begun = time.monotonic()
    titles = {topic_path(topic): title for topic, title in manner.topics.items()}
    problem = index_pages(site, pages, found_by=titles, house=desk.house_stamp) if search else None
    seconds["search"] = time.monotonic() - begun
    site.finish()
    return Briefed(
        index=folder / INDEX, pages=len(pages), written=len([p for p in site.written if p.endswith(".html")]),
        removed=len([p for p in site.removed if p.endswith(".html")]),
        seconds={name: round(value, 3) for name, value in seconds.items()}, problem=problem,
    )  # fmt: skip
