"""A small invented warehouse to search in: articles by number, each with what it says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from extractors.urls import article_id_of
from tests.warehouse.examples import NIGHT, article, begin, entry, topic, verdict
from warehouse.connection import Connection
from warehouse.store import Reading, add_feed_results, add_readings, add_verdicts, find_unjudged

Said = tuple[str, str, Mapping[str, Any]]  # title, text, what else differs


def shelve(con: Connection, texts: Mapping[int, Said], *, run_id: str = "r1", age_days: int = 0) -> None:
    """Stores the articles as read and judged new in a run; nothing is indexed yet."""
    begin(con, run_id, NIGHT)
    at = NIGHT - timedelta(days=age_days)
    entries = [entry(number) for number in texts]
    add_feed_results(con, run_id=run_id, as_of=NIGHT, fetches=[], entries=entries)
    readings = []
    for one, (number, (title, text, more)) in zip(entries, texts.items(), strict=True):
        facts = {"published_at": at, **more}
        topics = tuple(topic(name) for name in facts.pop("topics", (f"t{number}",)))
        read = article(number, title=title, paragraphs=tuple(text.split("\n\n")), **facts)
        readings.append(Reading(entry=one, article=read, topics=topics))
    add_readings(con, run_id=run_id, as_of=NIGHT, readings=readings)
    judged = [(version_id, one, verdict(one)) for version_id, one in find_unjudged(con)]
    add_verdicts(con, run_id=run_id, as_of=NIGHT, judged=judged)


def id_of(number: int) -> str:
    """The article_id of article `number`."""
    return article_id_of(f"https://alpha.example/{number}")


def number_of(url: str) -> int:
    """The number of the article at that address."""
    return int(url.rsplit("/", 1)[1])
