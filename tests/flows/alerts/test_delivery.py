"""Every mail reaches its reader once: acceptance, refusal, a dropped connection, a server that is down."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from config.recipients import MailSettings, StorylinePreferences
from flows.alerts import DeliveryReport, deliver, find_told, prepare_mails, queue_mails
from flows.alerts.delivery import MAX_UNSURE, wait_s
from tests.flows.alerts.newsroom import NIGHT, TITLES, development, recipient, settings
from tests.flows.alerts.servers import Mailbox, mail_server
from warehouse.batches import transaction
from warehouse.connection import Connection, open_memory
from warehouse.outbox import count_mails, find_mails, requeue_mails

READERS = [recipient(id=f"r{number:02}", email=f"r{number:02}@example.org") for number in range(20)]


def fill(con: Connection, *, readers: int = 1, developments: int = 2, at: datetime = NIGHT) -> int:
    """Plans a night's mails; how many are new."""
    told_tonight = [development(number) for number in range(developments)]
    with transaction(con):
        told = find_told(
            con,
            development_ids=[one.development_id for one in told_tonight],
            storyline_ids=[one.storyline_id for one in told_tonight],
            as_of=at,
        )
        mails = prepare_mails(
            told_tonight,
            recipients=READERS[:readers],
            preferences=StorylinePreferences(),
            mail_settings=settings(),
            topics_titles=TITLES,
            as_of=at,
            run_id="run1",
            already_told=told,
        )
        return queue_mails(con, mails, run_id="run1", as_of=at)


def clock(at: datetime = NIGHT) -> Callable[[], datetime]:
    return lambda: at


def send(con: Connection, port: int, at: datetime = NIGHT, **changes: object) -> DeliveryReport:
    return deliver(con, settings(port=port, **changes), clock(at), timeout_s=5, final_timeout_s=5)


def test_every_mail_is_accepted_once_over_one_connection() -> None:
    con, box = open_memory(), Mailbox()
    assert fill(con, readers=20) == 20
    with mail_server(box) as port:
        report = send(con, port)
    assert report.sent == 20
    assert sorted(box.addresses()) == [reader.email for reader in READERS]
    assert box.connections == 1
    assert count_mails(con) == {"sent": 20}
    assert report.problems == ()


def test_a_second_run_over_the_same_night_plans_and_sends_nothing() -> None:
    con, box = open_memory(), Mailbox()
    fill(con, readers=3)
    with mail_server(box) as port:
        send(con, port)
        assert fill(con, readers=3) == 0
        report = send(con, port, NIGHT + timedelta(hours=1))
    assert report.deliveries == ()
    assert len(box.mails) == 3


def test_one_bad_recipient_among_twenty_stops_nobody() -> None:
    con, box = open_memory(), Mailbox(refuse={"r07@example.org": "550 no r07@example.org here"})
    fill(con, readers=20)
    with mail_server(box) as port:
        report = send(con, port)
        assert report.sent == 19
        assert [(one.recipient_id, one.code) for one in report.deliveries if one.ended == "failed"] == [
            ("r07", "smtp-550")
        ]
        assert "alerts retry" in report.problems[0].detail
        assert send(con, port, NIGHT + timedelta(days=1)).deliveries == ()
    (row,) = find_mails(con, states=["failed"])
    assert row.detail is not None and "example.org" not in row.detail  # analysts read it


def test_a_mistyped_address_is_corrected_and_sent_again() -> None:
    con, box = open_memory(), Mailbox(refuse={"r00@example.org": "550 unknown"})
    fill(con)
    with mail_server(box) as port:
        send(con, port)
        assert len(requeue_mails(con, addresses={"r00": "right@example.org"})) == 1
        assert send(con, port).sent == 1
    assert box.addresses() == ["right@example.org"]


def test_a_temporary_refusal_is_tried_again_later_with_the_same_bytes_and_given_up_in_the_end() -> None:
    con, box = open_memory(), Mailbox(refuse={"r00@example.org": "451 come back"})
    fill(con, readers=2)
    at, waits = NIGHT, []
    with mail_server(box) as port:
        for attempt in range(1, 4):
            report = send(con, port, at, max_attempts=3)
            (mine,) = [one for one in report.deliveries if one.recipient_id == "r00"]
            if attempt == 3:
                assert (mine.ended, mine.next_try_at) == ("failed", None)
                break
            assert mine.ended == "later" and mine.next_try_at is not None
            assert report.next_due_at == mine.next_try_at
            waits.append((mine.next_try_at - at).total_seconds())
            assert send(con, port, mine.next_try_at - timedelta(seconds=1)).deliveries == ()
            at = mine.next_try_at
        assert 270 <= waits[0] <= 330 and 540 <= waits[1] <= 660
        box.refuse.clear()
        requeue_mails(con)
        assert send(con, port, at).sent == 1
    assert sorted(box.addresses()) == ["r00@example.org", "r01@example.org"]


def test_a_server_that_ends_connections_after_a_few_mails_delays_none() -> None:
    con, box = open_memory(), Mailbox(most_per_connection=3)
    fill(con, readers=8)
    with mail_server(box) as port:
        report = send(con, port)
    assert (report.sent, box.connections) == (8, 3)
    assert {row.attempts for row in find_mails(con)} == {1}


def test_a_connection_dropped_before_the_message_costs_no_mail() -> None:
    con, box = open_memory(), Mailbox(drop_before_data={"r01@example.org"})
    fill(con, readers=3)
    with mail_server(box) as port:
        report = send(con, port)
        assert [one.ended for one in report.deliveries].count("sent") == 2
        (lost,) = [one for one in report.deliveries if one.ended == "later"]
        assert lost.code == "smtp-dropped" and lost.next_try_at is not None
        box.drop_before_data.clear()
        assert send(con, port, lost.next_try_at).sent == 1
    assert sorted(box.addresses()) == ["r00@example.org", "r01@example.org", "r02@example.org"]


def test_a_server_that_takes_a_mail_and_drops_the_connection_gets_it_once_more_and_it_is_said() -> None:
    dropped: list[str] = []

    def once(address: str, number: int) -> str | None:
        if address == "r00@example.org" and not dropped:
            dropped.append(address)
            return None
        return "250 taken"

    con, box = open_memory(), Mailbox(at_end=once)
    fill(con, readers=2)
    with mail_server(box) as port:
        report = send(con, port)
        (mine,) = [one for one in report.deliveries if one.recipient_id == "r00"]
        assert mine.ended == "unsure" and mine.next_try_at is not None
        assert [one.ended for one in report.deliveries if one.recipient_id == "r01"] == ["sent"]
        assert [problem.code for problem in report.problems] == ["smtp-unsure"]
        again = send(con, port, mine.next_try_at)
    assert [one.ended for one in again.deliveries] == ["sent"]
    assert [problem.code for problem in again.problems] == ["perhaps-twice"]
    assert mine.message_id in again.problems[0].detail
    copies = [raw for raw, address in zip(box.raw, box.addresses(), strict=True) if address == "r00@example.org"]
    assert len(copies) == 2 and copies[0] == copies[1]
    ends = con.execute("SELECT ended FROM outbox_attempts WHERE mail_id = ? ORDER BY attempt", [mine.mail_id])
    assert [row[0] for row in ends.fetchall()] == ["unsure", "sent"]


def test_a_server_that_always_drops_after_taking_stops_getting_copies() -> None:
    con, box = open_memory(), Mailbox(at_end=lambda address, number: None)
    fill(con)
    with mail_server(box) as port:
        at = NIGHT
        for _ in range(5):
            report = send(con, port, at)
            at += timedelta(days=1)
    assert len(box.mails) == MAX_UNSURE
    assert count_mails(con) == {"unsure": 1} and report.waiting == 0


@pytest.mark.parametrize(("answer", "ended"), [("554 looks like spam", "failed"), ("452 disk full", "later")])
def test_a_refusal_at_the_end_of_the_message_is_no_doubt(answer: str, ended: str) -> None:
    con, box = open_memory(), Mailbox(at_end=lambda address, number: answer)
    fill(con)
    with mail_server(box) as port:
        report = send(con, port)
    assert [one.ended for one in report.deliveries] == [ended]
    assert box.mails == []


def test_a_server_that_is_down_costs_no_mail_an_attempt() -> None:
    con, box = open_memory(), Mailbox()
    fill(con, readers=3)
    with mail_server(box) as port:
        pass
    for _ in range(10):
        report = send(con, port)
        assert report.stopped_by is not None and report.stopped_by.code == "smtp-unreachable"
        assert (report.left, report.deliveries) == (3, ())
    assert {row.attempts for row in find_mails(con)} == {0}
    with mail_server(box) as port:
        assert send(con, port).sent == 3


def test_alerts_wait_for_the_end_of_quiet_hours() -> None:
    con, box = open_memory(), Mailbox()
    reader = recipient(instant_above=0.4, quiet_hours="22:00-07:00", timezone="Europe/Brussels", digest=False)
    with transaction(con):
        mails = prepare_mails(
            [development()],
            recipients=[reader],
            preferences=StorylinePreferences(),
            mail_settings=settings(),
            topics_titles=TITLES,
            as_of=NIGHT,
            run_id="run1",
            already_told=find_told(con, development_ids=["dev1"], storyline_ids=["line1"], as_of=NIGHT),
        )
        queue_mails(con, mails, run_id="run1", as_of=NIGHT)
    seven = NIGHT.replace(hour=5)
    with mail_server(box) as port:
        report = send(con, port)
        assert (report.sent, report.waiting, report.next_due_at) == (0, 1, seven)
        assert send(con, port, seven - timedelta(seconds=1)).sent == 0
        assert send(con, port, seven).sent == 1
    assert box.mails[0][1]["Date"].datetime == seven


def test_waits_double_up_to_six_hours_and_differ_from_mail_to_mail() -> None:
    rules: MailSettings = settings(backoff_s=100.0)
    waits = [wait_s("m1", attempt, rules) for attempt in range(1, 60)]
    assert all(0.9 * 100 * 2**n <= wait <= 1.1 * 100 * 2**n for n, wait in enumerate(waits[:7]))
    assert max(waits) <= 6 * 3600 * 1.1
    assert wait_s("m1", 1, rules) != wait_s("m2", 1, rules)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_the_server_does_every_reader_is_told_and_twice_only_where_it_was_unsure(seed: int) -> None:
    moods = random.Random(seed)
    healthy = False

    def at_end(address: str, number: int) -> str | None:
        return "250 taken" if healthy else moods.choice(["250 taken", "250 taken", "451 later", None])

    con, box = open_memory(), Mailbox(at_end=at_end, most_per_connection=3)
    planned, at = fill(con, readers=6), NIGHT
    with mail_server(box) as port:
        for night in range(12):
            healthy = night >= 6
            box.refuse = {} if healthy else {moods.choice(READERS[:6]).email: "450 busy"}
            send(con, port, at)
            at += timedelta(days=1)
    rows = {row.message_id: row for row in find_mails(con)}
    arrived = Counter(box.message_ids())
    assert planned == 6 and set(arrived) == set(rows)
    for message_id, times in arrived.items():
        row = rows[message_id]
        assert times == row.unsure_attempts + (row.state == "sent")
        assert row.state == "sent" or (row.state == "unsure" and row.unsure_attempts == MAX_UNSURE)
