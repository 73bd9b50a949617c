"""Tells the night's developments, and queues the mail about them in the same transaction: both or neither."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from config.house import House
from flows.alerts import deliver, find_told, prepare_mails, queue_mails
from flows.night import Night
from warehouse.connection import bounded_memory
from warehouse.dedupe import CopyRules
from warehouse.outbox import OutgoingMail
from warehouse.store import transaction
from warehouse.stories import Chronicle, Development, StoryRules, store_telling, tell_stories


def copy_rules(house: House) -> CopyRules:
    """The copy detector's thresholds, with what the settings override."""
    changed: dict[str, Any] = dict(house.settings.copies.changed())
    return replace(CopyRules(), **changed)


def story_rules(house: House) -> StoryRules:
    """The thresholds of stories, with what the settings override."""
    changed: dict[str, Any] = dict(house.settings.stories.changed())
    return replace(StoryRules(), **changed)


def watchlist(house: House) -> dict[str, tuple[str, ...]]:
    """Every entity of the topics with its aliases."""
    return {entity.name: entity.aliases for topic in house.topics for entity in topic.entities}


def tell_developments(night: Night) -> int:
    """How many developments were told; they and the mail that tells of them are stored together."""
    house = night.house
    with night.timed("stories"), bounded_memory(night.con):
        telling = tell_stories(night.con, as_of=night.as_of, rules=story_rules(house), watchlist=watchlist(house))
    with night.timed("mail"):
        mails = prepare_night_mails(night, telling.developments)
    with night.timed("duckdb"), transaction(night.con):
        store_telling(night.con, telling, run_id=night.run_id)
        queue_mails(night.con, mails, run_id=night.run_id, as_of=night.as_of)
    return len(telling.developments)


def tell_days(night: Night, days: Sequence[datetime]) -> Iterator[int]:
    """How many developments each of some days of the past gave (their ends, in order); nobody is mailed.

    Days are stored some at a time, and given when they are: what a killed run had not stored is told again by the next.
    """
    if not days:
        return
    house = night.house
    chronicle = Chronicle(night.con, until=days[-1], rules=story_rules(house), watchlist=watchlist(house))
    told: list[int] = []
    for day in days:
        with night.timed("stories"), bounded_memory(night.con):
            told.append(len(chronicle.tell(day).developments))
        if chronicle.is_full or day == days[-1]:
            with night.timed("duckdb"), transaction(night.con):
                chronicle.store(run_id=night.run_id)
            yield from told
            told = []


def prepare_night_mails(night: Night, developments: Sequence[Development]) -> list[OutgoingMail]:
    """The night's mails, composed but not queued; none where no mail server is set up or the run tells of the past."""
    house = night.house
    if house.mail is None or not house.recipients or not night.sends_mail:
        return []
    told = find_told(
        night.con,
        development_ids=[development.development_id for development in developments],
        storyline_ids=[development.storyline_id for development in developments],
        as_of=night.as_of,
    )
    return prepare_mails(
        developments,
        recipients=house.recipients,
        preferences=house.preferences,
        mail_settings=house.mail,
        topics_titles={topic.id: topic.title for topic in house.topics},
        as_of=night.as_of,
        run_id=night.run_id,
        already_told=told,
        pages_url=house.settings.pages_url,
    )


def send_mails(night: Night) -> bool:
    """Whether nothing is left that should have gone out: sends what is due; problems go to the night's list."""
    if night.house.mail is None or not night.sends_mail:
        return True
    with night.timed("mail"):
        report = deliver(night.con, night.house.mail, night.clock)
    night.problems.extend(report.problems)
    return not report.left and not any(one.ended in ("later", "failed") for one in report.deliveries)
