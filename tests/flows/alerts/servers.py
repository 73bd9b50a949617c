"""A real mail server on loopback whose manners a test chooses."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Mailbox:
    """What the server took, and how it behaves: `refuse` maps an address to an answer at RCPT TO, `at_end` answers the
    end of a message (None: takes it and drops the connection without a word). `drop_before_data` drops it at RCPT TO;
    after `most_per_connection` mails the server says goodbye."""

    refuse: dict[str, str] = field(default_factory=dict)
    at_end: Callable[[str, int], str | None] = lambda address, number: "250 taken"
    drop_before_data: set[str] = field(default_factory=set)
    most_per_connection: int = 1_000
    mails: list[tuple[str, EmailMessage]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    connections: int = 0
    begun: int = 0
    logins: list[str] = field(default_factory=list)

    def addresses(self) -> list[str]:
        """To whom mails were taken, in order."""
        return [address for address, _ in self.mails]

    def message_ids(self) -> list[str]:
        """Message-IDs of the mails taken, in order."""
        return [str(mail["Message-ID"]) for _, mail in self.mails]

    # The hooks of aiosmtpd.
    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        self.begun = 0
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.begun += 1
        if self.begun > self.most_per_connection:
            return "421 enough for one connection"
        envelope.mail_from = address
        return "250 go on"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.drop_before_data:
            assert server.transport is not None
            server.transport.abort()
            return "421 gone"
        answer = self.refuse.get(address)
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 go on"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        address = envelope.rcpt_tos[0]
        assert isinstance(envelope.content, bytes)
        answer = self.at_end(address, len(self.mails) + 1)
        if answer is None or answer.startswith("250"):
            message = message_from_bytes(envelope.content, policy=default)
            assert isinstance(message, EmailMessage)
            self.mails.append((address, message))
            self.raw.append(envelope.content)
        if answer is None:
            assert server.transport is not None
            server.transport.abort()
            return "421 gone"
        return answer


@contextlib.contextmanager
def mail_server(
    mailbox: Mailbox,
    *,
    tls: ssl.SSLContext | None = None,
    implicit: bool = False,
    login: tuple[str, str] | None = None,
    without: Collection[str] = (),
) -> Iterator[int]:
    """The port on 127.0.0.1 of a server that runs inside the block.

    `tls` offers STARTTLS, or speaks TLS from the first byte (`implicit`); `login` is the name and password that it
    asks for, `without` the mechanisms that it has not.
    """

    def check(server: object, session: object, envelope: object, mechanism: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        mailbox.logins.append(data.login.decode())
        right = login is not None and (data.login.decode(), data.password.decode()) == login
        return AuthResult(success=right, handled=right)

    options: dict[str, Any] = {"decode_data": False, "enable_SMTPUTF8": False, "ident": "test"}
    if login is not None:
        options |= {"authenticator": check, "auth_required": True, "auth_require_tls": tls is not None and not implicit}
    if without:
        options["auth_exclude_mechanism"] = list(without)
    if tls is not None and not implicit:
        options["tls_context"] = tls
    port = _free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port, ssl_context=tls if implicit else None, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def certificate(folder: Path, *, name: str = "127.0.0.1") -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Contexts for a server with a fresh self-signed certificate for 127.0.0.1, and for a client that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, private = folder / "cert.pem", folder / "key.pem"
    chain.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(chain, private)
    return server, ssl.create_default_context(cafile=str(chain))
