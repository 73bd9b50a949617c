"""The operator's mail: what changed and what went wrong, grouped, and none when all is well."""

from __future__ import annotations

import email
from email.policy import default
from typing import Any

from extractors.model import Problem
from flows.alerts import OperatorReport, OutgoingMail, SourceChange, operator_mail
from tests.flows.alerts.newsroom import NIGHT, settings


def report(**changes: Any) -> OperatorReport:
    values: dict[str, Any] = {"run_id": "run1", "outcome": "done", "counts": {"entries": 5931, "mails": 4}}
    return OperatorReport(**{**values, **changes})


def make(told: OperatorReport) -> OutgoingMail | None:
    return operator_mail(told, address="op@example.org", mail_settings=settings(), as_of=NIGHT)


def test_a_night_without_trouble_sends_none() -> None:
    assert make(report()) is None
    assert make(report(outcome="failed")) is not None


def test_changes_problems_and_counts_are_told_in_both_bodies() -> None:
    change = SourceChange(
        source_id="s", name="Evil\r\nBcc: x@y\u202e", before="healthy", after="failing", detail="403 <b>", better=False
    )
    problems = [Problem(stage="page", url="https://x.example/a", code="timeout", detail="no answer")] * 3
    problems += [Problem(stage="feed", url=None, code="http-404", detail="gone")]
    mail = make(report(source_changes=[change], problems=problems, notes=["the disk is nearly full"]))
    assert mail is not None
    assert (mail.kind, mail.recipient_id, mail.items) == ("operator", "operator", ())
    message = email.message_from_bytes(mail.message, policy=default)
    assert message["Subject"] == "sovwatch: the night is done, 1 source worse, 4 problems, Tue 12 May 2026"
    assert message["Bcc"] is None and message["To"] == "op@example.org"
    plain, rich = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None and rich is not None
    text, page = plain.get_content(), rich.get_content()
    assert text.index("3 x timeout") < text.index("1 x http-404")
    for said in ("Evil Bcc: x@y", "failing", "was healthy", "5,931", "the disk is nearly full"):
        assert said in text and said in page
    assert "403 &lt;b&gt;" in page


def test_the_same_night_gives_the_same_mail() -> None:
    first, second = make(report(notes=["x"])), make(report(notes=["y"]))
    assert first is not None and second is not None and first.mail_id == second.mail_id
