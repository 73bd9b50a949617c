"""The message around a text: headers that a title cannot break, both bodies, the same bytes every time."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address, HeaderRegistry, UniqueUnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from typing import Any
from urllib.parse import quote

from config.kinds import ADDRESS
from config.recipients import MailSettings
from extractors.model import digest64
from flows.alerts.safe_text import clean_line

SUBJECT_LIMIT = 120
FROM_NAME = "sovwatch"


class _IdsHeader:
    """A header of Message-IDs: folded between them, where the standard library would encode long ones beyond use."""

    max_count = 1
    name: str

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        """What `email.headerregistry.BaseHeader` asks for."""
        kwds["parse_tree"], kwds["decoded"] = None, " ".join(value.split())

    def fold(self, *, policy: Policy) -> str:
        """The header as sent, one id a line."""
        return f"{self.name}: " + f"{policy.linesep} ".join(str(self).split()) + policy.linesep


class _SubjectHeader(UniqueUnstructuredHeader):
    """A subject whose first line is never empty, as the standard library's is for some lengths."""

    name: str

    def fold(self, *, policy: Policy) -> str:
        """The header as sent: ASCII between words, anything else as encoded words (RFC 2047)."""
        text = str(self)
        if not text.isascii():
            return str(super().fold(policy=policy))  # type: ignore[misc]
        first, *lines = textwrap.wrap(text, 67, break_long_words=False, break_on_hyphens=False) or [""]
        return policy.linesep.join([f"{self.name}: {first}", *(f" {line}" for line in lines)]) + policy.linesep


def _header_registry() -> HeaderRegistry:
    registry = HeaderRegistry()
    for name in ("message-id", "in-reply-to", "references", "list-id"):
        registry.map_to_type(name, _IdsHeader)  # type: ignore[arg-type]
    registry.map_to_type("subject", _SubjectHeader)  # type: ignore[arg-type]
    return registry


_POLICY = SMTP.clone(header_factory=_header_registry())


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
    message = EmailMessage(policy=_POLICY)
    message["From"] = Address(display_name=FROM_NAME, addr_spec=settings.sender)
    message["To"] = (
        Address(display_name=header_text(envelope.to_name, 80), addr_spec=envelope.to_address)
        if is_address(envelope.to_address)
        else "undisclosed-recipients:;"
    )
    message["Subject"] = header_text(envelope.subject, SUBJECT_LIMIT)
    message["Date"] = envelope.dated_at.astimezone(UTC).replace(microsecond=0)
    message["Message-ID"] = message_id_of(envelope.mail_id, settings)
    if envelope.in_reply_to:
        message["In-Reply-To"] = envelope.in_reply_to
    if envelope.references:
        message["References"] = " ".join(envelope.references)
    message["List-Id"] = f"<{_domain(settings.list_id)}>"
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
    return f"<{mail_id}@{_domain(settings.message_id_domain)}>"


def thread_root(storyline_id: str, settings: MailSettings) -> str:
    """The Message-ID that stands for a storyline: never sent, but what mail clients thread its turns under."""
    return f"<storyline.{digest64(storyline_id)}@{_domain(settings.message_id_domain)}>"


def mail_id_of(kind: str, recipient_id: str, *parts: str) -> str:
    """16 hex digits for a mail's kind, recipient and content ids, whatever their order."""
    return digest64("\n".join([kind, recipient_id, *sorted(parts)]))


def header_text(text: str, limit: int) -> str:
    """A stranger's text for a header: one clean line in which nothing reads as an encoded word (RFC 2047).

    The standard library decodes encoded words in what it is given: `=?utf-8?q?=0ABcc=3A...?=` would add a header.
    """
    return clean_line(text.replace("=?", "= ?"), limit)


def _domain(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9.-]", "", text) or "localhost"


def is_address(address: str) -> bool:
    """Whether it is a plain `name@host` in ASCII."""
    return ADDRESS.fullmatch(address) is not None and len(address) <= 254


def _encoding_for(text: str) -> str:
    # Quoted-printable takes three bytes for each byte beyond ASCII, base64 four for every three of all.
    size = len(text.encode())
    return "base64" if size - len(text.encode("ascii", "ignore")) > size / 6 else "quoted-printable"
