"""Sends what the outbox has due, each mail once: state committed before talking, after acceptance, and in between."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Literal

from config.recipients import MailSettings
from extractors.model import Problem
from flows.alerts.credentials import Credentials, find_credentials
from flows.alerts.smtp import FINAL_TIMEOUT_S, TIMEOUT_S, Answer, SmtpSession, open_session
from warehouse.connection import Connection
from warehouse.outbox import (
    AttemptEnd,
    DueMail,
    InterruptedMail,
    clear_messages,
    find_due_mails,
    find_interrupted_mails,
    find_message,
    find_next_due,
    mark_failed,
    mark_handing_over,
    mark_interrupted,
    mark_sending,
    mark_sent,
    mark_unsure,
)

Clock = Callable[[], datetime]
Step = Literal["connected", "sending", "handing-over", "answered", "ended"]

LONGEST_WAIT_S = 6 * 3600.0
# A mail that twice ended without an answer has almost surely arrived at least once: from then on a person decides.
MAX_UNSURE = 2
MESSAGE_DAYS = 30  # for how long the bytes of a sent mail are kept; that it was sent is kept for ever


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How one attempt ended. `again`: an earlier attempt may have delivered it, so that it may arrive twice."""

    mail_id: str
    recipient_id: str
    message_id: str
    ended: AttemptEnd
    code: str
    detail: str
    next_try_at: datetime | None = None
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """What became of the due mails. `stopped_by`: a problem of the server, for which mails were left as they were.

    `left` mails are still due (only after `stopped_by`); `waiting` ones have a later time, the first at `next_due_at`.
    `problems` has one for every mail that did not go out or may have gone out twice, and `stopped_by`.
    """

    deliveries: tuple[Delivery, ...] = ()
    stopped_by: Problem | None = None
    left: int = 0
    waiting: int = 0
    next_due_at: datetime | None = None
    problems: tuple[Problem, ...] = field(default=())

    def count(self, ended: str) -> int:
        """How many attempts ended so."""
        return sum(delivery.ended == ended for delivery in self.deliveries)

    @property
    def sent(self) -> int:
        """How many mails the server accepted."""
        return self.count("sent")


def deliver(
    con: Connection,
    settings: MailSettings,
    clock: Clock,
    *,
    credentials: Credentials | None = None,
    environment: Mapping[str, str] | None = None,
    tls: ssl.SSLContext | None = None,
    timeout_s: float = TIMEOUT_S,
    final_timeout_s: float = FINAL_TIMEOUT_S,
    on_step: Callable[[Step, str], None] = lambda step, mail_id: None,
) -> DeliveryReport:
    """Sends every due mail over one connection and reports; commits its own small transactions on `con`.

    The caller holds the writer's lock and no open transaction. Killed at any point and called again, it goes on: a
    mail is sent twice only if a server may have had it without having said so, and then both attempts are logged and
    carry the same Message-ID. One mail's failure never stops the others; a server that cannot be talked to at all
    costs no mail an attempt. Without `credentials` they are looked up (settings, `environment`). `on_step` hears of
    every step (and mail id) once it is committed.
    """
    deliveries = [_take_up(con, mail, clock()) for mail in find_interrupted_mails(con)]
    due = find_due_mails(con, as_of=clock())
    found = (credentials or find_credentials(settings, environment)) if due else None
    stopped_by = found if isinstance(found, Problem) else None
    left = len(due)
    login = None if isinstance(found, Problem) else found
    line = _Line(lambda: open_session(settings, login, tls=tls, timeout_s=timeout_s, final_timeout_s=final_timeout_s))
    try:
        for mail in due:
            session = stopped_by or line.open(partial(on_step, "connected", mail.mail_id))
            if isinstance(session, Problem):
                stopped_by = session
                break
            answer = _send(con, line, session, mail, clock, on_step)
            left -= 1
            if answer is None:
                continue
            deliveries.append(_end(con, mail, answer, settings, clock()))
            on_step("ended", mail.mail_id)
            if answer.whose == "server":
                stopped_by = _problem(answer.code, f"{settings.host}:{settings.port}: {answer.detail}")
    except BaseException:
        line.drop()
        raise
    if line.hang_up():
        clear_messages(con, before=clock() - timedelta(days=MESSAGE_DAYS))
    waiting, next_due_at = find_next_due(con, as_of=clock())
    return DeliveryReport(
        deliveries=tuple(deliveries),
        stopped_by=stopped_by,
        left=left,
        waiting=waiting,
        next_due_at=next_due_at,
        problems=(*_problems_of(deliveries), *([stopped_by] if stopped_by else [])),
    )


def _take_up(con: Connection, mail: InterruptedMail, at: datetime) -> Delivery:
    """What a killed run left: surely not sent (due at once), or perhaps sent (once more, then a person's)."""
    next_try_at: datetime | None = at
    ended: AttemptEnd = "interrupted"
    if not mail.handed_over:
        mark_interrupted(con, mail.mail_id, at=at)
        code, detail = "interrupted", "an earlier run was killed before it handed the mail over; it is sent now"
    else:
        ended, code = "unsure", "killed-unsure"
        next_try_at = at if mail.unsure_attempts + 1 < MAX_UNSURE else None
        detail = "an earlier run was killed while it handed the mail over; the server may have it"
        mark_unsure(con, mail.mail_id, at=at, code=code, detail=detail, next_try_at=next_try_at)
    return Delivery(
        mail_id=mail.mail_id,
        recipient_id=mail.recipient_id,
        message_id=mail.message_id,
        ended=ended,
        code=code,
        detail=detail,
        next_try_at=next_try_at,
    )


class _Line:
    """One connection for many mails, opened when first needed and again after it broke."""

    def __init__(self, connect: Callable[[], SmtpSession | Problem]) -> None:
        self._connect = connect
        self._session: SmtpSession | None = None

    def open(self, on_connected: Callable[[], None] = lambda: None) -> SmtpSession | Problem:
        """The open session, or why there is none."""
        if self._session is None or not self._session.is_open:
            fresh = self._connect()
            if isinstance(fresh, Problem):
                return fresh
            self._session = fresh
            on_connected()
        return self._session

    def drop(self) -> None:
        """Without goodbye: waiting for its answer could take long, perhaps in the middle of a message."""
        if self._session is not None:
            self._session.close()

    def hang_up(self) -> bool:
        """Says goodbye; False if there never was a connection."""
        if self._session is not None:
            self._session.quit()
        return self._session is not None


def _send(
    con: Connection,
    line: _Line,
    session: SmtpSession,
    mail: DueMail,
    clock: Clock,
    on_step: Callable[[Step, str], None],
) -> Answer | None:
    """The server's answer; None if the mail is not ours to send any more.

    Servers end connections after some mails or some silence: one that broke before this mail was handed over, having
    carried others, is opened anew at once.
    """
    stored = find_message(con, mail.mail_id)
    if stored is None or not mark_sending(con, mail.mail_id, at=clock()):
        return None
    on_step("sending", mail.mail_id)

    def before_handing_over() -> None:
        mark_handing_over(con, mail.mail_id)
        on_step("handing-over", mail.mail_id)

    answer = session.send(stored[0], stored[1], before_handing_over=before_handing_over)
    if answer.broken_off and session.accepted:
        again = line.open()
        if isinstance(again, SmtpSession):
            answer = again.send(stored[0], stored[1], before_handing_over=before_handing_over)
    on_step("answered", mail.mail_id)
    return answer


def _end(con: Connection, mail: DueMail, answer: Answer, settings: MailSettings, at: datetime) -> Delivery:
    """Commits what the answer means for the mail."""
    attempts = mail.attempts + 1
    later_at = at + timedelta(seconds=wait_s(mail.mail_id, attempts, settings))
    next_try_at: datetime | None = None
    ended: Literal["sent", "later", "failed", "unsure"]
    if answer.kind == "sent":
        ended = "sent"
        mark_sent(con, mail.mail_id, at=at, detail=answer.detail)
    elif answer.kind == "unsure":
        ended = "unsure"
        next_try_at = later_at if mail.unsure_attempts + 1 < MAX_UNSURE else None
        mark_unsure(con, mail.mail_id, at=at, code=answer.code, detail=answer.detail, next_try_at=next_try_at)
    else:
        given_up = answer.whose == "mail" and (answer.kind == "refused" or attempts >= settings.max_attempts)
        ended = "failed" if given_up else "later"
        next_try_at = None if given_up else later_at
        mark_failed(con, mail.mail_id, at=at, code=answer.code, detail=answer.detail, next_try_at=next_try_at)
    return Delivery(
        mail_id=mail.mail_id,
        recipient_id=mail.recipient_id,
        message_id=mail.message_id,
        ended=ended,
        code=answer.code,
        detail=answer.detail,
        next_try_at=next_try_at,
        again=mail.unsure_attempts > 0,
    )


def wait_s(mail_id: str, attempts: int, settings: MailSettings) -> float:
    """Seconds until the next try after so many attempts: doubled each time, at most six hours, spread by a fifth.

    The spread comes from the mail's id, so that mails that failed together do not come back together, and a replay
    waits as long.
    """
    wait = min(settings.backoff_s * 2.0 ** min(attempts - 1, 30), LONGEST_WAIT_S)
    share = int.from_bytes(sha256(f"{mail_id}{attempts}".encode()).digest()[:4], "big") / 2**32
    return wait * (0.9 + 0.2 * share)


def _problems_of(deliveries: list[Delivery]) -> list[Problem]:
    problems: list[Problem] = []
    for one in deliveries:
        who = f"mail {one.mail_id} to {one.recipient_id}"
        if one.ended == "failed":
            remedy = "correct it and run: sovwatch alerts retry"
            problems.append(_problem(one.code, f"{who} was given up ({one.detail}); {remedy}"))
        elif one.ended == "later" and one.next_try_at is not None:
            when = one.next_try_at.strftime("%Y-%m-%d %H:%M UTC")
            problems.append(_problem(one.code, f"{who} did not go out ({one.detail}); next try at {when}"))
        elif one.ended == "unsure":
            next_step = "it is sent once more" if one.next_try_at else "ask the reader; sovwatch alerts retry sends it"
            problems.append(_problem(one.code, f"{who} may have arrived or not ({one.detail}); {next_step}"))
        elif one.ended == "sent" and one.again:
            detail = f"{who} went out, but an earlier attempt may have arrived too; Message-ID {one.message_id}"
            problems.append(_problem("perhaps-twice", detail))
    return problems


def _problem(code: str, detail: str) -> Problem:
    return Problem(stage="alerts", url=None, code=code, detail=detail)
