"""The outbox: planned once, told once, and every state in its place after a commit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from warehouse.batches import transaction
from warehouse.connection import Connection, open_memory
from warehouse.outbox import (
    AlreadyTold,
    MailItem,
    OutgoingMail,
    clear_messages,
    count_mails,
    find_due_mails,
    find_interrupted_mails,
    find_mails,
    find_message,
    find_next_due,
    find_told,
    mark_failed,
    mark_handing_over,
    mark_interrupted,
    mark_sending,
    mark_sent,
    mark_unsure,
    plan_mails,
    requeue_mails,
)

NIGHT = datetime(2026, 5, 12, 3, tzinfo=UTC)


def item(development_id: str = "dev1", **changes: Any) -> MailItem:
    values: dict[str, Any] = {
        "development_id": development_id,
        "storyline_id": "line1",
        "role": "told",
        "rank": 1,
        "weight": 0.5,
        "headline": "Headline",
        "happened_at": NIGHT,
    }
    return MailItem(**{**values, **changes})


def mail(mail_id: str = "m1", **changes: Any) -> OutgoingMail:
    values: dict[str, Any] = {
        "mail_id": mail_id,
        "kind": "digest",
        "recipient_id": "ana",
        "address": "ana@example.org",
        "message_id": f"<{mail_id}@example.org>",
        "subject": "Subject",
        "night": NIGHT.date(),
        "message": bytes(range(256)),
        "items": (item(),),
        "thread_id": "line1",
    }
    return OutgoingMail(**{**values, **changes})


def plan(con: Connection, *mails: OutgoingMail, as_of: datetime = NIGHT) -> int:
    with transaction(con):
        return plan_mails(con, mails, run_id="run1", as_of=as_of)


def state(con: Connection, mail_id: str = "m1") -> tuple[str, int, int]:
    (row,) = [row for row in find_mails(con) if row.mail_id == mail_id]
    return row.state, row.attempts, row.unsure_attempts


def attempts(con: Connection) -> list[tuple[int, str, str]]:
    return con.execute("SELECT attempt, ended, code FROM outbox_attempts ORDER BY ended_at, attempt").fetchall()


def test_a_mail_is_planned_once_and_keeps_its_bytes() -> None:
    con = open_memory()
    assert plan(con, mail(), mail()) == 1
    assert plan(con, mail(message=b"other")) == 0
    assert find_message(con, "m1") == ("ana@example.org", bytes(range(256)))


def test_a_development_is_told_to_a_recipient_once_whatever_the_mail() -> None:
    con = open_memory()
    plan(con, mail())
    with pytest.raises(AlreadyTold, match=r"ana .* dev1"):
        plan(con, mail("m0", recipient_id="ben"), mail("m2"))
    with pytest.raises(AlreadyTold):
        plan(con, mail("m3", items=(item("dev2"), item("dev2"))))
    assert count_mails(con) == {"queued": 1}
    assert plan(con, mail("m4", recipient_id="ben")) == 1


def test_planning_is_the_callers_transaction() -> None:
    con = open_memory()
    with pytest.raises(RuntimeError), transaction(con):
        plan_mails(con, [mail()], run_id="run1", as_of=NIGHT)
        raise RuntimeError
    assert find_mails(con) == []


def test_sending_moves_from_state_to_state() -> None:
    con = open_memory()
    plan(con, mail())
    assert mark_sending(con, "m1", at=NIGHT)
    assert not mark_sending(con, "m1", at=NIGHT), "nobody sends what is being sent"
    assert find_due_mails(con, as_of=NIGHT + timedelta(days=9)) == []
    later = NIGHT + timedelta(minutes=5)
    mark_failed(con, "m1", at=NIGHT, code="smtp-451", detail="later", next_try_at=later)
    assert state(con) == ("queued", 1, 0)
    assert find_due_mails(con, as_of=later - timedelta(seconds=1)) == []
    assert find_next_due(con, as_of=NIGHT) == (1, later)
    assert [due.attempts for due in find_due_mails(con, as_of=later)] == [1]
    mark_sending(con, "m1", at=later)
    mark_handing_over(con, "m1")
    mark_sent(con, "m1", at=later, detail="250 ok")
    assert state(con) == ("sent", 2, 0)
    assert not mark_sending(con, "m1", at=later), "what is sent is not sent again"
    assert attempts(con) == [(1, "later", "smtp-451"), (2, "sent", "ok")]
    assert find_next_due(con, as_of=NIGHT) == (0, None)


def test_what_a_killed_run_left_is_told_apart() -> None:
    con = open_memory()
    plan(con, mail("m1"), mail("m2", items=(item("dev2"),)))
    for mail_id in ("m1", "m2"):
        mark_sending(con, mail_id, at=NIGHT)
    mark_handing_over(con, "m2")
    left = {one.mail_id: one.handed_over for one in find_interrupted_mails(con)}
    assert left == {"m1": False, "m2": True}
    mark_interrupted(con, "m1", at=NIGHT)
    mark_unsure(con, "m2", at=NIGHT, code="killed-unsure", detail="?", next_try_at=NIGHT)
    assert (state(con, "m1"), state(con, "m2")) == (("queued", 1, 0), ("unsure", 1, 1))
    assert {due.mail_id for due in find_due_mails(con, as_of=NIGHT)} == {"m1", "m2"}


def test_an_unsure_mail_without_a_time_waits_for_a_person() -> None:
    con = open_memory()
    plan(con, mail())
    mark_sending(con, "m1", at=NIGHT)
    mark_unsure(con, "m1", at=NIGHT, code="smtp-unsure", detail="?", next_try_at=None)
    assert find_due_mails(con, as_of=NIGHT + timedelta(days=99)) == []
    assert requeue_mails(con) == []
    assert requeue_mails(con, states=("failed", "unsure")) == ["m1"]
    assert state(con) == ("queued", 0, 1)


def test_requeueing_takes_what_failed_or_backs_off_and_leaves_quiet_hours_alone() -> None:
    con = open_memory()
    morning = NIGHT + timedelta(hours=4)
    plan(
        con,
        mail("failed", items=()),
        mail("later", items=()),
        mail("sent", items=()),
        mail("held", items=(), not_before=morning),
    )
    for mail_id in ("failed", "later", "sent"):
        mark_sending(con, mail_id, at=NIGHT)
    mark_failed(con, "failed", at=NIGHT, code="smtp-550", detail="no", next_try_at=None)
    mark_failed(con, "later", at=NIGHT, code="smtp-451", detail="later", next_try_at=morning)
    mark_sent(con, "sent", at=NIGHT, detail="ok")
    assert requeue_mails(con, addresses={"ana": "new@example.org"}) == ["failed", "later"]
    assert {due.mail_id for due in find_due_mails(con, as_of=NIGHT)} == {"failed", "later"}
    addresses = {mail_id: found[0] for mail_id in ("failed", "sent") if (found := find_message(con, mail_id))}
    assert addresses == {"failed": "new@example.org", "sent": "ana@example.org"}


def test_alerts_go_first_and_never_before_their_time() -> None:
    con = open_memory()
    morning = NIGHT + timedelta(hours=4)
    plan(con, mail("a", items=()), mail("z", kind="instant", items=()))
    plan(con, mail("held", kind="instant", items=(), not_before=morning))
    assert [due.mail_id for due in find_due_mails(con, as_of=NIGHT)] == ["z", "a"]
    assert [due.mail_id for due in find_due_mails(con, as_of=morning)] == ["held", "z", "a"]


def test_what_was_told_is_found_by_development_storyline_and_night() -> None:
    con = open_memory()
    plan(con, mail("m1"), mail("m2", recipient_id="ben", kind="quiet", items=(), thread_id=None))
    plan(con, mail("op", recipient_id="operator", kind="operator", items=(), thread_id=None))
    told = find_told(con, development_ids=["dev1", "dev9"], storyline_ids=["line1"], as_of=NIGHT)
    assert told.pairs == {("ana", "dev1")}
    assert told.threads == {("ana", "line1"): ("<m1@example.org>",)}
    assert told.nights == {("ana", NIGHT.date()), ("ben", NIGHT.date())}
    later = find_told(con, development_ids=[], storyline_ids=[], as_of=NIGHT + timedelta(days=9))
    assert (later.pairs, later.threads, later.turns, later.nights) == (frozenset(), {}, {}, frozenset())


def test_bytes_of_sent_mails_can_be_cleared_and_what_they_told_stays() -> None:
    con = open_memory()
    plan(con, mail("m1"), mail("m2", items=(item("dev2"),)))
    mark_sending(con, "m1", at=NIGHT)
    mark_sent(con, "m1", at=NIGHT, detail="ok")
    clear_messages(con, before=NIGHT + timedelta(days=30))
    assert find_message(con, "m1") is None and find_message(con, "m2") is not None
    assert plan(con, mail("m1")) == 0


def test_the_view_alerts_says_what_went_to_whom() -> None:
    con = open_memory()
    plan(con, mail(items=(item("dev1"), item("dev2", rank=2, role="summarised"))))
    mark_sending(con, "m1", at=NIGHT)
    mark_sent(con, "m1", at=NIGHT, detail="250 ok")
    rows = con.execute("SELECT recipient_id, development_id, role, state, sent_at FROM alerts ORDER BY rank").fetchall()
    assert rows == [("ana", "dev1", "told", "sent", NIGHT), ("ana", "dev2", "summarised", "sent", NIGHT)]
