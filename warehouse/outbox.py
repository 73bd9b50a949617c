"""What is to be mailed to whom, and how far each mail has come: planned once, sent once, never forgotten.

A mail moves queued -> sending -> sent. `sending` is committed before the first word to the server, and a second time
(phase `handing-over`) before the message's last byte, so that after a kill it is known whether the server can have
the mail. From `sending` it may also go back to `queued` (temporary refusal), to `failed` (given up) or to `unsure`
(handed over, but the answer never came: RFC 1047 describes why no client can know).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

from warehouse.batches import add_rows, commit_work, run_batch, transaction
from warehouse.connection import Connection
from warehouse.sql import load_sql

MailKind = Literal["digest", "instant", "quiet", "operator"]
MailState = Literal["queued", "sending", "sent", "failed", "unsure"]
AttemptEnd = Literal["sent", "later", "failed", "unsure", "interrupted"]
ItemRole = Literal["told", "summarised"]


class AlreadyTold(ValueError):
    """A mail would tell a recipient what another mail has told; it must be composed again with fresh `Told`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailItem:
    """One development in a mail. `weight` is the recipient's (0 to 1); `rank` counts from 1."""

    development_id: str
    storyline_id: str
    role: ItemRole
    rank: int
    weight: float
    headline: str
    happened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMail:
    """A composed mail. `message` holds the very bytes to send (CRLF line ends).

    `not_before` holds it back (quiet hours); None sends it at once. `night` is the date in the recipient's zone.
    `thread_id` is the storyline under which it is threaded, if any.
    """

    mail_id: str
    kind: MailKind
    recipient_id: str
    address: str
    message_id: str
    subject: str
    night: date
    message: bytes
    items: tuple[MailItem, ...] = ()
    not_before: datetime | None = None
    thread_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierTurn:
    """A development that was told on a storyline before."""

    development_id: str
    headline: str
    happened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What earlier mails told: who knows which development, in which conversation, and who got mail on which night.

    `pairs` holds (recipient, development); `threads` the Message-IDs by (recipient, storyline), oldest first; `turns`
    what was told by storyline, mailed or not, oldest first; `nights` (recipient, date) of every night with a mail.
    """

    pairs: frozenset[tuple[str, str]] = frozenset()
    threads: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    turns: Mapping[str, tuple[EarlierTurn, ...]] = field(default_factory=dict)
    nights: frozenset[tuple[str, date]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class DueMail:
    """A mail that may be sent now. `attempts` ended before; `unsure_attempts` of them perhaps delivered it."""

    mail_id: str
    kind: MailKind
    recipient_id: str
    subject: str
    message_id: str
    state: MailState
    attempts: int
    unsure_attempts: int
    planned_at: datetime
    next_try_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InterruptedMail:
    """A mail that a killed run left in `sending`. `handed_over`: the server may have it."""

    mail_id: str
    recipient_id: str
    message_id: str
    handed_over: bool
    attempts: int
    unsure_attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRow:
    """A mail as `sovwatch alerts list` shows it. `developments` counts its items."""

    mail_id: str
    kind: MailKind
    recipient_id: str
    night: date
    subject: str
    message_id: str
    thread_id: str | None
    state: MailState
    attempts: int
    unsure_attempts: int
    planned_at: datetime
    next_try_at: datetime | None
    sent_at: datetime | None
    code: str | None
    detail: str | None
    run_id: str
    developments: int


def find_told(
    con: Connection,
    *,
    development_ids: Sequence[str],
    storyline_ids: Sequence[str],
    as_of: datetime,
) -> Told:
    """What earlier mails told of these developments and storylines; nights of the last three days."""
    pairs = _rows(con, "outbox_told_pairs", development_ids=list(development_ids))
    threads: dict[tuple[str, str], tuple[str, ...]] = {}
    for recipient_id, storyline_id, message_id in _rows(con, "outbox_told_threads", storyline_ids=list(storyline_ids)):
        key = (recipient_id, storyline_id)
        threads[key] = (*threads.get(key, ()), message_id)
    turns: dict[str, tuple[EarlierTurn, ...]] = {}
    for storyline_id, development_id, headline, happened_at in _rows(
        con, "outbox_told_turns", storyline_ids=list(storyline_ids)
    ):
        turn = EarlierTurn(development_id=development_id, headline=headline, happened_at=happened_at)
        turns[storyline_id] = (*turns.get(storyline_id, ()), turn)
    nights = _rows(con, "outbox_told_nights", since=(as_of - timedelta(days=3)).date())
    return Told(
        pairs=frozenset((row[0], row[1]) for row in pairs),
        threads=threads,
        turns=turns,
        nights=frozenset((row[0], row[1]) for row in nights),
    )


def plan_mails(con: Connection, mails: Sequence[OutgoingMail], *, run_id: str, as_of: datetime) -> int:
    """Queues the mails inside the caller's transaction and returns how many are new; a mail planned before is skipped.

    Raises AlreadyTold, before anything is written, if a mail that is new repeats a development that its recipient
    was told by another mail.
    """
    known = {row[0] for row in run_batch(con, "outbox_planned", [{"mail_id": mail.mail_id} for mail in mails])}
    fresh = [mail for mail in {mail.mail_id: mail for mail in mails}.values() if mail.mail_id not in known]
    _check_untold(con, fresh)
    add_rows(con, "outbox_mails", [_mail_row(mail, run_id, as_of) for mail in fresh])
    add_rows(con, "outbox_items", [_item_row(mail, item) for mail in fresh for item in mail.items])
    add_rows(
        con,
        "outbox_messages",
        [{"mail_id": mail.mail_id, "address": mail.address, "message": mail.message} for mail in fresh],
    )
    return len(fresh)


def _check_untold(con: Connection, mails: Sequence[OutgoingMail]) -> None:
    wanted = Counter((mail.recipient_id, item.development_id) for mail in mails for item in mail.items)
    told = {(row[0], row[1]) for row in _rows(con, "outbox_told_pairs", development_ids=[pair[1] for pair in wanted])}
    twice = sorted(pair for pair, times in wanted.items() if times > 1 or pair in told)
    if twice:
        raise AlreadyTold(f"recipient {twice[0][0]} would be told development {twice[0][1]} twice")


def _mail_row(mail: OutgoingMail, run_id: str, as_of: datetime) -> dict[str, Any]:
    return {
        "mail_id": mail.mail_id,
        "kind": mail.kind,
        "run_id": run_id,
        "recipient_id": mail.recipient_id,
        "night": mail.night,
        "subject": mail.subject,
        "message_id": mail.message_id,
        "thread_id": mail.thread_id,
        "planned_at": as_of,
        "state": "queued",
        "next_try_at": mail.not_before,
    }


def _item_row(mail: OutgoingMail, item: MailItem) -> dict[str, Any]:
    return {
        "recipient_id": mail.recipient_id,
        "development_id": item.development_id,
        "mail_id": mail.mail_id,
        "storyline_id": item.storyline_id,
        "role": item.role,
        "rank": item.rank,
        "weight": item.weight,
        "headline": item.headline,
        "happened_at": item.happened_at,
    }


def find_due_mails(con: Connection, *, as_of: datetime) -> list[DueMail]:
    """The mails that may be sent now, instant alerts first, then in the order in which they were planned."""
    names = DueMail.__dataclass_fields__
    return [DueMail(**dict(zip(names, row, strict=True))) for row in _rows(con, "outbox_due", as_of=as_of)]


def find_next_due(con: Connection, *, as_of: datetime) -> tuple[int, datetime | None]:
    """How many mails wait for a later time, and the first of these times (None where none waits)."""
    count, next_due_at = _rows(con, "outbox_next_due", as_of=as_of)[0]
    return count, next_due_at


def find_message(con: Connection, mail_id: str) -> tuple[str, bytes] | None:
    """Envelope address and message bytes; None where there is no such mail or its bytes were cleared."""
    rows = _rows(con, "outbox_message", mail_id=mail_id)
    return (rows[0][0], bytes(rows[0][1])) if rows else None


def find_mails(
    con: Connection,
    *,
    run_id: str | None = None,
    states: Sequence[MailState] | None = None,
    most: int = 1000,
) -> list[MailRow]:
    """The newest mails first, of one run or of all, in any of the states."""
    rows = _rows(con, "outbox_list", run_id=run_id, states=list(states) if states else None, most=most)
    return [MailRow(**dict(zip(MailRow.__dataclass_fields__, row, strict=True))) for row in rows]


def find_last_run(con: Connection) -> str | None:
    """The run that planned the newest mail."""
    rows = _rows(con, "outbox_last_run")
    return rows[0][0] if rows else None


def find_storylines(con: Connection, prefix: str) -> list[tuple[str, str]]:
    """Id and title of every storyline whose id begins so."""
    return [(row[0], row[1]) for row in _rows(con, "outbox_storylines", prefix=prefix)]


def count_mails(con: Connection) -> dict[str, int]:
    """How many mails stand in which state."""
    return dict(_rows(con, "outbox_counts"))


def mark_sending(con: Connection, mail_id: str, *, at: datetime) -> bool:
    """Commits that an attempt begins. False: the mail is not queued any more, and must not be sent."""
    return commit_work(con, lambda: _rows(con, "outbox_mark_sending", mail_id=mail_id, at=at) == [(1,)])


def mark_handing_over(con: Connection, mail_id: str) -> None:
    """Commits that the server may have the message from now on."""
    commit_work(con, lambda: _rows(con, "outbox_mark_handing_over", mail_id=mail_id))


def mark_sent(con: Connection, mail_id: str, *, at: datetime, detail: str) -> None:
    """Commits that the server accepted the mail; `detail` is its answer."""
    commit_work(con, lambda: _end(con, mail_id, "sent", "sent", at=at, code="ok", detail=detail))


def mark_failed(
    con: Connection, mail_id: str, *, at: datetime, code: str, detail: str, next_try_at: datetime | None
) -> None:
    """Commits that the server surely has not got the mail: queued again for `next_try_at`, or given up (None)."""
    state: MailState = "queued" if next_try_at else "failed"
    ended: AttemptEnd = "later" if next_try_at else "failed"
    commit_work(con, lambda: _end(con, mail_id, state, ended, at=at, code=code, detail=detail, next_try_at=next_try_at))


def mark_unsure(
    con: Connection, mail_id: str, *, at: datetime, code: str, detail: str, next_try_at: datetime | None
) -> None:
    """Commits that nobody knows whether the server has the mail; None leaves it to a person."""
    commit_work(
        con,
        lambda: _end(con, mail_id, "unsure", "unsure", at=at, code=code, detail=detail, next_try_at=next_try_at),
    )


def mark_interrupted(con: Connection, mail_id: str, *, at: datetime) -> None:
    """Commits that a killed attempt had handed nothing over: queued, due at once."""
    detail = "the attempt was cut off before anything was handed over"
    commit_work(con, lambda: _end(con, mail_id, "queued", "interrupted", at=at, code="interrupted", detail=detail))


def find_interrupted_mails(con: Connection) -> list[InterruptedMail]:
    """The mails that a killed run left in `sending`; nobody else can be sending, as the writer's lock is ours."""
    return [
        InterruptedMail(
            mail_id=row[0],
            recipient_id=row[1],
            message_id=row[2],
            handed_over=row[3] == "handing-over",
            attempts=row[4],
            unsure_attempts=row[5],
        )
        for row in _rows(con, "outbox_interrupted")
    ]


def requeue_mails(
    con: Connection,
    *,
    mail_ids: Sequence[str] | None = None,
    states: Sequence[MailState] = ("failed",),
    addresses: Mapping[str, str] | None = None,
) -> list[str]:
    """Makes mails due at once, with fresh attempts, and returns their ids: those in `states` and those backing off.

    `addresses` (by recipient) replaces the envelope address of everything queued, for one that was mistyped.
    """
    with transaction(con):
        wanted = {"mail_ids": list(mail_ids) if mail_ids else None, "states": list(states)}
        found = sorted(row[0] for row in _rows(con, "outbox_to_requeue", **wanted))
        if found:
            _rows(con, "outbox_requeue", mail_ids=found)
        new = [{"recipient_id": key, "address": address} for key, address in (addresses or {}).items()]
        run_batch(con, "outbox_readdress", new)
    return found


def clear_messages(con: Connection, *, before: datetime) -> None:
    """Drops addresses and bytes of the mails sent before that time; that they were sent, and what they told, stays."""
    with transaction(con):
        _rows(con, "outbox_forget", before=before)


def _end(
    con: Connection,
    mail_id: str,
    state: MailState,
    ended: AttemptEnd,
    *,
    at: datetime,
    code: str,
    detail: str,
    next_try_at: datetime | None = None,
) -> None:
    attempts, sending_at = _rows(con, "outbox_under_way", mail_id=mail_id)[0]
    _rows(
        con,
        "outbox_mark_ended",
        mail_id=mail_id,
        state=state,
        ended=ended,
        at=at,
        code=code,
        detail=detail,
        next_try_at=next_try_at,
    )
    attempt = {"started_at": sending_at, "ended_at": at, "ended": ended, "code": code, "detail": detail}
    add_rows(con, "outbox_attempts", [{"mail_id": mail_id, "attempt": attempts, **attempt}])


def _rows(con: Connection, name: str, **params: Any) -> list[tuple[Any, ...]]:
    return con.execute(load_sql(name), params).fetchall()
