"""The mailbox keeps what it accepts, in files that a person can open, and refuses when told to."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from pathlib import Path

import pytest

from flows.demo.mailbox import Mailbox


def mail(subject: str = "Zwei Dörfer, ein Kabel") -> EmailMessage:
    """A small alternative mail."""
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "desk@example.org", "ada@example.org"
    message.set_content("plain: Ärger")
    message.add_alternative("<p>html: Ärger</p>", subtype="html")
    return message


def send(box: Mailbox, message: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", box.port, timeout=10) as client:
        client.send_message(message)


def test_a_mail_is_kept_as_eml_html_and_text(tmp_path: Path) -> None:
    with Mailbox(tmp_path) as box:
        send(box, mail())
        (kept,) = box.kept
    assert kept.subject == "Zwei Dörfer, ein Kabel"
    assert kept.recipients == ("ada@example.org",)
    assert kept.eml.name == "001-ada-example-org.eml"
    assert kept.html is not None and "html: Ärger" in kept.html.read_text(encoding="utf-8")
    assert kept.text is not None and "plain: Ärger" in kept.text.read_text(encoding="utf-8")


def test_numbers_go_on_after_a_restart(tmp_path: Path) -> None:
    for _ in range(2):
        with Mailbox(tmp_path) as box:
            send(box, mail())
    assert [path.name[:3] for path in sorted(tmp_path.glob("*.eml"))] == ["001", "002"]


def test_a_refusing_mailbox_keeps_nothing(tmp_path: Path) -> None:
    with Mailbox(tmp_path) as box:
        box.refusing = "451 try later"
        with pytest.raises(smtplib.SMTPDataError):
            send(box, mail())
        assert not list(tmp_path.iterdir())
        box.refusing = None
        send(box, mail())
        assert len(box.kept) == 1
