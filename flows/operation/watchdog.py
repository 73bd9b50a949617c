"""The dead man's switch: a night that did not run, or did not end well, is itself reported, once."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from config.house import House
from extractors.model import Problem
from flows.alerts import OperatorReport, operator_mail
from flows.alerts.credentials import find_credentials
from flows.alerts.smtp import open_session
from flows.operation.metrics import write_whole
from warehouse.model import Run

MEMORY = "watchdog.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """No night has ended well for too long. `since` is the end of the last good one, None where there was none.

    `key` is the same for as long as the silence lasts: it is told once.
    """

    since: datetime | None
    said: str

    @property
    def key(self) -> str:
        """What this silence is remembered by."""
        return self.since.isoformat() if self.since else "never"


def judge_silence(last_good: Run | None, last: Run | None, *, now: datetime, max_age: timedelta) -> Overdue | None:
    """Whether a night is overdue, in words; None while all is well. Pure."""
    ended = last_good.finished_at if last_good else None
    if ended is not None and now - ended <= max_age:
        return None
    last_one = "none has ever done so"
    if ended:
        last_one = f"the last one did {(now - ended).total_seconds() / 3600:.0f} hours ago ({ended:%Y-%m-%d %H:%M} UTC)"
    said = [f"No night has ended well within {max_age.total_seconds() / 3600:g} hours: {last_one}."]
    if last is None:
        said.append("No run has begun at all.")
    elif last_good is None or last.run_id != last_good.run_id:
        code = "" if last.exit_code is None else f" with exit code {last.exit_code}"
        said.append(f"The last run, {last.run_id}, began {last.started_at:%Y-%m-%d %H:%M} UTC: {last.state}{code}.")
    said.append("Look at: sovwatch status, sovwatch doctor, the log of the night's service.")
    return Overdue(since=ended, said=" ".join(said))


def tell_once(
    house: House, overdue: Overdue | None, *, now: datetime, send: Callable[[House, str, datetime], Problem | None]
) -> Problem | None:
    """Mails the operator about a silence that was not told yet; the problem, if the mail did not go out.

    What was told is kept in the state folder, only after the server took the mail: else the next call tries again. A
    night that ends well ends the silence, and the next one is told anew.
    """
    memory = house.settings.state_dir / MEMORY
    if overdue is None:
        memory.unlink(missing_ok=True)
        return None
    if _told(memory) == overdue.key:
        return None
    problem = send(house, overdue.said, now)
    if problem is None:
        memory.parent.mkdir(parents=True, exist_ok=True)
        write_whole(memory, json.dumps({"told": overdue.key, "at": now.isoformat()}) + "\n")
    return problem


def send_warning(house: House, said: str, now: datetime) -> Problem | None:
    """Sends the warning at once, past the outbox, which may be what stands still. The problem, if it did not go out."""
    address, settings = house.settings.operator, house.mail
    if address is None or settings is None:
        detail = "settings.yaml names no operator, or no mail server"
        return Problem(stage="alerts", url=None, code="no-operator", detail=detail)
    report = OperatorReport(run_id=f"watchdog {now:%Y-%m-%d}", outcome="failed", counts={}, notes=[said])
    mail = operator_mail(report, address=address, mail_settings=settings, as_of=now)
    assert mail is not None
    credentials = find_credentials(settings, None)
    if isinstance(credentials, Problem):
        return credentials
    session = open_session(settings, credentials)
    if isinstance(session, Problem):
        return session
    answer = session.send(address, mail.message, before_handing_over=lambda: None)
    session.quit()
    if answer.kind != "sent":
        return Problem(stage="alerts", url=None, code=answer.code, detail=answer.detail)
    return None


def _told(memory: Path) -> str | None:
    try:
        return str(json.loads(memory.read_text(encoding="utf-8"))["told"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def parse_age(text: str) -> timedelta:
    """A span of time written like 26h, 90m or 2d. Raises ValueError."""
    units = {"m": 60, "h": 3600, "d": 86_400}
    number, unit = text[:-1], text[-1:]
    if unit not in units or not number.replace(".", "", 1).isdigit():
        raise ValueError(f"{text!r} is no span of time; write it like 26h, 90m or 2d")
    return timedelta(seconds=float(number) * units[unit])


