"""A real SMTP server on loopback that delivers to nobody: it keeps every mail as files that a person can open."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from types import TracebackType
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMail:
    """One accepted mail and the files that it was kept in; the last two are None where it has no such part."""

    recipients: tuple[str, ...]
    message: EmailMessage
    eml: Path
    html: Path | None
    text: Path | None

    @property
    def subject(self) -> str:
        """The decoded subject, in one line."""
        return " ".join(str(self.message["Subject"] or "").split())


class Mailbox:
    """Listens on 127.0.0.1 from start to close and keeps mails in `folder` as NNN-recipient.eml, .html and .txt.

    Numbers go on where an earlier mailbox in the same folder ended. `kept` lists this one's mails in order of
    arrival. While `refusing` is set, every mail is refused with that line (such as "451 try later").
    """

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        self.folder = folder
        self.kept: list[KeptMail] = []
        self.refusing: str | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self._number = max((int(path.name[:3]) for path in folder.glob("[0-9][0-9][0-9]-*.eml")), default=0)
        self._controller = _AnyPort(self, hostname="127.0.0.1", port=port)
        self._controller.start()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return self._controller.port

    def close(self) -> None:
        """Stops listening; kept files stay."""
        self._controller.stop(no_assert=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Called by aiosmtpd for each mail. The files are on disk before the mail is accepted."""
        if self.refusing:
            return self.refusing
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        self.kept.append(self._keep(tuple(envelope.rcpt_tos), content))
        return "250 kept"

    def _keep(self, recipients: tuple[str, ...], content: bytes) -> KeptMail:
        self._number += 1
        message = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(content)
        name = re.sub(r"[^a-z0-9]+", "-", (recipients[0] if recipients else "nobody").lower()).strip("-")[:60]
        stem = self.folder / f"{self._number:03}-{name}"
        eml = stem.with_suffix(".eml")
        eml.write_bytes(content)
        return KeptMail(
            recipients=recipients, message=message, eml=eml,
            html=_part(message, "html", stem.with_suffix(".html")),
            text=_part(message, "plain", stem.with_suffix(".txt")),
        )  # fmt: skip


class _AnyPort(Controller):
    """aiosmtpd checks a started server by connecting to the port asked for; with port 0 it must ask which it got."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


def _part(message: EmailMessage, kind: str, path: Path) -> Path | None:
    body = message.get_body(preferencelist=(kind,))
    if body is None:
        return None
    path.write_text(str(body.get_content()), encoding="utf-8")
    return path
