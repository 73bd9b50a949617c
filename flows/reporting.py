"""Gathers a night's report from the warehouse and from what the steps noted."""

from __future__ import annotations

import time

from flows.exits import Exit
from flows.night import Night
from flows.report import MailLine, NightReport
from warehouse.night_articles import count_waiting, find_night_articles
from warehouse.outbox import find_mails
from warehouse.store import sum_outcomes
from warehouse.stories import find_developments


def gather_report(night: Night, *, exit_code: Exit, begun: float) -> NightReport:
    """The night so far; `begun` is the monotonic time at which it began."""
    sums = sum_outcomes(night.con, night.run_id)
    names = {recipient.id: recipient.name for recipient in night.house.recipients}
    return NightReport(
        run_id=night.run_id,
        kind=night.kind,
        as_of=night.as_of,
        duration_s=time.monotonic() - begun,
        exit_code=exit_code,
        seen=sums.seen,
        outcomes={"known": sums.known, **sums.by_outcome},
        waiting=count_waiting(night.con),
        balanced=sums.balanced,
        sources=list(night.sources),
        articles=find_night_articles(night.con, run_id=night.run_id),
        developments=find_developments(night.con, run_id=night.run_id),
        mails=[
            MailLine(recipient=names.get(mail.recipient_id, mail.recipient_id), kind=mail.kind, subject=mail.subject,
                     state=mail.state, developments=mail.developments)
            for mail in find_mails(night.con, run_id=night.run_id)
        ],
        problems=list(night.problems),
        warnings=list(night.warnings),
        seconds=dict(night.seconds),
    )  # fmt: skip
