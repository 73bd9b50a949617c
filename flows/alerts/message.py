"""The message around a text: headers that a title cannot break, both bodies, the same bytes every time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import quote

from config.kinds import ADDRESS
from config.recipients import MailSettings
from extractors.model import digest64
from flows.alerts.safe_text import clean_line

SUBJECT_LIMIT = 120
FROM_NAME = "sovwatch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What a message's headers need. `references` are Message-IDs, oldest first."""

    mail_id: str
    to_name: str
    to_address: str
    subject: str
    dated_at: datetime
    references: tuple[str, ...] = ()
    in_reply_to: str | None = None


def build_message(envelope: Envelope, *, text: str, html: str, settings: MailSettings) -> bytes:
    """The message's bytes (RFC 5322, CRLF), the same for the same arguments.

    Nothing in a header comes in unclean: line breaks and control characters cannot occur. An address that the
    standard library would not write as it stands gives an empty group (`undisclosed-recipients:;`).
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(display_name=FROM_NAME, addr_spec=settings.sender)
    message["To"] = (
        Address(display_name=clean_line(envelope.to_name, 80), addr_spec=envelope.to_address)
        if is_address(envelope.to_address)
        else "undisclosed-recipients:;"
    )
    message["Subject"] = clean_line(envelope.subject, SUBJECT_LIMIT)
    message["Date"] = envelope.dated_at.astimezone(UTC).replace(microsecond=0)
    message["Message-ID"] = message_id_of(envelope.mail_id, settings)
    if envelope.in_reply_to:
        message["In-Reply-To"] = envelope.in_reply_to
    if envelope.references:
        message["References"] = " ".join(envelope.references)
    message["List-Id"] = f"sovwatch alerts <{clean_line(settings.list_id, 200)}>"
    if settings.reply_to:
        message["Reply-To"] = Address(addr_spec=settings.reply_to)
        message["List-Unsubscribe"] = f"<mailto:{quote(settings.reply_to, safe='@')}?subject=unsubscribe>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(text, subtype="plain", charset="utf-8", cte=_encoding_for(text))
    message.add_alternative(html, subtype="html", charset="utf-8", cte=_encoding_for(html))
    # A random boundary would make each composition a different message; neither encoding can contain "=_".
    message.set_boundary(f"=_{envelope.mail_id}_=")
    return message.as_bytes()


def message_id_of(mail_id: str, settings: MailSettings) -> str:
    """The Message-ID of a mail, the same on every machine, with angle brackets."""
    return f"<{mail_id}@{settings.message_id_domain}>"


def thread_root(storyline_id: str, settings: MailSettings) -> str:
    """The Message-ID that stands for a storyline: never sent, but what mail clients thread its turns under."""
    return f"<storyline.{digest64(storyline_id)}@{settings.message_id_domain}>"


def mail_id_of(kind: str, recipient_id: str, *parts: str) -> str:
    """16 hex digits for a mail's kind, recipient and content ids, whatever their order."""
    return digest64("\n".join([kind, recipient_id, *sorted(parts)]))


def is_address(address: str) -> bool:
    """Whether it is a plain `name@host` in ASCII."""
    return ADDRESS.fullmatch(address) is not None and len(address) <= 254


def _encoding_for(text: str) -> str:
    # Quoted-printable takes three bytes for each byte beyond ASCII, base64 four for every three of all.
    size = text.encode()
    return "base64" if sum(byte > 126 for byte in size) > len(size) / 6 else "quoted-printable"
