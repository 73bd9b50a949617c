"""The night's developments to the night's mails, and these into the outbox."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from config.recipients import MailSettings, Recipient, StorylinePreferences
from flows.alerts.compose import compose_mails
from flows.alerts.select import MAX_INSTANT, select_mails
from warehouse.connection import Connection
from warehouse.outbox import OutgoingMail, Told, plan_mails
from warehouse.stories.model import Development


def prepare_mails(
    developments: Iterable[Development],
    *,
    recipients: Iterable[Recipient],
    preferences: StorylinePreferences,
    mail_settings: MailSettings,
    topics_titles: Mapping[str, str],
    as_of: datetime,
    run_id: str,
    already_told: Told,
    max_instant: int = MAX_INSTANT,
    pages_url: str | None = None,
) -> list[OutgoingMail]:
    """Tonight's mails, composed, recipient by recipient; the same bytes for the same arguments (whatever `run_id`).

    A development in `already_told` for a recipient is not told to her again; a night on which she had a mail is not
    called quiet. More than `max_instant` alerts of a night go into the digest. `pages_url` is where the briefing is
    served, if it is: every story then links to its page.
    """
    del run_id  # a night that is run again must give the same mails
    readers = list(recipients)
    nights = frozenset(
        reader.id
        for reader in readers
        if (reader.id, as_of.astimezone(ZoneInfo(reader.timezone)).date()) in already_told.nights
    )
    selections = select_mails(
        developments,
        readers,
        preferences=preferences,
        as_of=as_of,
        told=already_told.pairs,
        nights=nights,
        max_instant=max_instant,
    )
    return [
        mail
        for selection in selections
        for mail in compose_mails(
            selection,
            settings=mail_settings,
            topics_titles=topics_titles,
            as_of=as_of,
            told=already_told,
            pages_url=pages_url,
        )
    ]


def queue_mails(con: Connection, mails: Sequence[OutgoingMail], *, run_id: str, as_of: datetime) -> int:
    """Puts the mails into the outbox inside the caller's transaction; returns how many were not there before."""
    return plan_mails(con, mails, run_id=run_id, as_of=as_of)
