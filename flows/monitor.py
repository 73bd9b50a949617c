"""One night, from the feeds to the published snapshot: the table of contents."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from config.house import House
from flows.alerts import deliver
from flows.exits import Exit
from flows.journal import Journaled
from flows.night import open_night, warehouse_file
from flows.past import Past
from flows.performing import Performer, Plainly
from flows.report import NightReport
from flows.reporting import gather_report
from flows.steps.briefing import brief_night
from flows.steps.corpus import load_reference
from flows.steps.feeds import give_back, read_feeds
from flows.steps.feeds_out import write_night_feeds
from flows.steps.judging import judge_next
from flows.steps.operating import tell_operator
from flows.steps.pages import read_pages
from flows.steps.publishing import publish_night
from flows.steps.telling import copy_rules, send_mails, tell_developments


def send_due(house: House, *, now: datetime | None = None) -> str:
    """One line on the mails that waited for an hour of the day or for another try; sends those that are due.

    For the hours between two nights. Raises `warehouse.lock.LockHeld` while a night is under way.
    """
    at = now or datetime.now(UTC)
    if house.mail is None or not warehouse_file(house.settings.state_dir).exists():
        return "no mail server, or no night yet"
    with open_night(house, as_of=at, kind="mail") as night:
        report = deliver(night.con, house.mail, night.clock)
    return f"{report.sent} sent, {report.left} left, {report.waiting} waiting"


def run_night(
    house: House,
    *,
    as_of: datetime | None = None,
    kind: str = "night",
    performer: Performer | None = None,
    run_id: str | None = None,
    past: Past | None = None,
) -> NightReport:
    """The night's report, after everything in it is stored, told, mailed and published.

    A second run over the same night changes nothing and sends nothing. After a kill at any point the next run takes
    up what was left. If not one source could be reached the report's exit code is NO_NETWORK and nothing has changed.
    Raises `warehouse.lock.LockHeld` if another run holds the warehouse and `warehouse.connection.WarehouseError` if
    it cannot be used (disk full); any other exception is a bug. The run is then `failed`, finished steps are kept.
    """
    begun = time.monotonic()
    opened = open_night(house, as_of=as_of or datetime.now(UTC), kind=kind, run_id=run_id, past=past)
    with opened as night, night.recorded():
        do = Journaled(performer or Plainly(), night.archive)
        do.run("load reference corpus", lambda: load_reference(night))
        if not do.run("read feeds", lambda: read_feeds(night)):
            give_back(night)
            report = gather_report(night, exit_code=Exit.NO_NETWORK, begun=begun)
            night.close(report)
            return report
        read_pages(night, do)
        while do.run("judge articles", lambda: judge_next(night, copy_rules(house))):
            pass
        do.run("tell developments", lambda: tell_developments(night))
        do.run("tell operator", lambda: tell_operator(night))
        delivered = do.run("send mail", lambda: send_mails(night))
        report = gather_report(night, exit_code=Exit.OK if delivered else Exit.UNDELIVERED, begun=begun)
        night.close(report)
        report.snapshot = do.run("publish snapshot", lambda: publish_night(night))
        if past is None:
            do.run("write feeds", lambda: write_night_feeds(night))
        report.problems = list(night.problems)
        if past is None:
            report.briefing = do.run("write briefing", lambda: brief_night(night, report))
        report.duration_s = time.monotonic() - begun
        return report
