"""One conversation with a mail server (RFC 5321), step by step, so that it is known how far a mail got."""

from __future__ import annotations

import base64
import contextlib
import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal

from config.recipients import MailSettings
from extractors.model import Problem
from flows.alerts.credentials import Credentials
from flows.alerts.message import is_address
from flows.alerts.safe_text import clean_line

TIMEOUT_S = 30.0
# RFC 5321, 4.5.3.2.6: a server may take ten minutes after the final dot; ending earlier is what makes duplicates.
FINAL_TIMEOUT_S = 600.0

# `sent`: accepted. `later`: refused for now. `refused`: refused for good. `lost`: the connection broke before the
# message was handed over. `unsure`: handed over, but no answer came.
AnswerKind = Literal["sent", "later", "refused", "lost", "unsure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How an attempt ended: stable code and the server's words, without credentials. `whose`: all mails of this server
    would end the same way (`server`), or this one only (`mail`)."""

    kind: AnswerKind
    code: str
    detail: str
    whose: Literal["mail", "server"] = "mail"

    @property
    def broken_off(self) -> bool:
        """The connection ended, and the server surely has not got the mail."""
        return self.kind == "lost" or self.code == "smtp-421"


class SmtpSession:
    """An open, logged-in connection; `accepted` counts the mails that it carried. Use `open_session`."""

    def __init__(self, connection: smtplib.SMTP, sender: str, secrets: tuple[str, ...], final_timeout_s: float) -> None:
        self._connection = connection
        self._sender = sender
        self._secrets = secrets
        self._final_timeout_s = final_timeout_s
        self._private: tuple[str, ...] = ()
        self.accepted = 0

    def send(self, address: str, message: bytes, *, before_handing_over: Callable[[], None]) -> Answer:
        """Hands the message over to the server for one address.

        `before_handing_over` is called after the server agreed to take the message and before its first byte; if it
        raises, nothing was sent. After `lost` and `unsure` the session is closed.
        """
        if not is_address(address):
            return Answer(kind="refused", code="bad-address", detail="the recipient's address is no mail address")
        # What a server says goes into the warehouse and from there to analysts, who need not know addresses.
        self._private = (address,)
        try:
            return self._talk(address, message, before_handing_over)
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            return Answer(kind="lost", code="smtp-dropped", detail=self._say(f"{type(error).__name__}: {error}"))

    def _talk(self, address: str, message: bytes, before_handing_over: Callable[[], None]) -> Answer:
        talk = self._connection
        limit = talk.esmtp_features.get("size", "")
        size = int(limit) if limit.isdecimal() else 0
        if size and len(message) > size:
            return Answer(kind="refused", code="smtp-552", detail=f"{len(message)} bytes; the server takes {size}")
        options = [f"size={len(message)}"] if talk.has_extn("size") else []
        code, said = talk.mail(self._sender, options)
        if code != 250:
            return self._refuse("MAIL FROM", code, said, whose="server" if code != 552 else "mail")
        code, said = talk.rcpt(address)
        if code not in (250, 251, 252):
            return self._refuse("RCPT TO", code, said)
        code, said = talk.docmd("DATA")
        if code != 354:
            return self._refuse("DATA", code, said)
        before_handing_over()
        # A failure in here is surely before the end of the message: the server throws an unfinished one away.
        talk.send(_as_data(message))
        try:
            if talk.sock is not None:
                talk.sock.settimeout(self._final_timeout_s)
            code, said = talk.getreply()
            if talk.sock is not None:
                talk.sock.settimeout(TIMEOUT_S)
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            return Answer(kind="unsure", code="smtp-unsure", detail=self._say(f"no answer after the end: {error}"))
        if code == 250:
            self.accepted += 1
            return Answer(kind="sent", code="ok", detail=self._say(_text(said)))
        return self._refuse("end of DATA", code, said)

    def _refuse(self, step: str, code: int, said: bytes, whose: Literal["mail", "server"] = "mail") -> Answer:
        if code == 421 or code < 0:
            self.close()
            return Answer(kind="later", code="smtp-421", detail=self._say(f"{step}: {_text(said)}"))
        with contextlib.suppress(smtplib.SMTPException, OSError):
            self._connection.rset()
        kind: AnswerKind = "refused" if 500 <= code < 600 else "later"
        return Answer(kind=kind, code=f"smtp-{code}", detail=self._say(f"{step}: {code} {_text(said)}"), whose=whose)

    @property
    def is_open(self) -> bool:
        """Whether another mail can be sent over it."""
        return self._connection.sock is not None

    def close(self) -> None:
        """Drops the connection."""
        self._connection.close()

    def quit(self) -> None:
        """Says goodbye; a server that has gone already is no failure, the mails are sent."""
        with contextlib.suppress(smtplib.SMTPException, OSError):
            if self.is_open:
                self._connection.quit()
        self.close()

    def _say(self, detail: str) -> str:
        return hide(detail, (*self._secrets, *self._private))


def open_session(
    settings: MailSettings,
    credentials: Credentials | None,
    *,
    tls: ssl.SSLContext | None = None,
    timeout_s: float = TIMEOUT_S,
    final_timeout_s: float = FINAL_TIMEOUT_S,
) -> SmtpSession | Problem:
    """A connection that is encrypted as the settings ask, and logged in if there are credentials.

    A server without STARTTLS, a certificate that does not verify and a refused login are Problems, never a reason to
    go on without. A password goes over an unencrypted connection to a loopback address only. `tls` replaces the
    system's certificates.
    """
    secrets = _secrets_of(credentials)
    where = f"{settings.host}:{settings.port}"
    if credentials and settings.security == "none" and not _is_loopback(settings.host):
        detail = f"a password is set, but security is none; set starttls or tls for {where}"
        return _give_up(None, "smtp-insecure-login", detail)
    context = tls or ssl.create_default_context()
    connection: smtplib.SMTP | None = None
    try:
        # Without a name of our own smtplib asks the DNS for one, which can take minutes.
        name = settings.message_id_domain
        if settings.security == "tls":
            connection = smtplib.SMTP_SSL(
                settings.host, settings.port, local_hostname=name, timeout=timeout_s, context=context
            )
        else:
            connection = smtplib.SMTP(settings.host, settings.port, local_hostname=name, timeout=timeout_s)
        connection.ehlo_or_helo_if_needed()
        if settings.security == "starttls":
            if not connection.has_extn("starttls"):
                return _give_up(
                    connection, "smtp-no-starttls", f"{where} offers no STARTTLS; nothing was sent in clear"
                )
            connection.starttls(context=context)
            connection.ehlo()
        if credentials:
            _log_in(connection, credentials)
    except ssl.SSLCertVerificationError as error:
        return _give_up(
            connection, "smtp-certificate", f"{where}: its certificate does not verify: {error.verify_message}"
        )
    except ssl.SSLError as error:
        return _give_up(connection, "smtp-tls", f"{where}: no encrypted connection ({error.reason or error})")
    except smtplib.SMTPAuthenticationError as error:
        said = hide(f"{error.smtp_code} {_text(error.smtp_error)}", secrets)
        return _give_up(connection, "smtp-login", f"{where} refuses the login ({said}); check user name and password")
    except smtplib.SMTPNotSupportedError:
        return _give_up(connection, "smtp-login", f"{where} takes no login; unset the credentials or encrypt")
    except (smtplib.SMTPException, OSError) as error:
        said = hide(f"{type(error).__name__}: {error}", secrets)
        return _give_up(connection, "smtp-unreachable", f"{where} cannot be talked to ({said})")
    return SmtpSession(connection, settings.sender, secrets, final_timeout_s)


def _log_in(connection: smtplib.SMTP, credentials: Credentials) -> None:
    # smtplib's own login takes ASCII only; RFC 4616 says UTF-8.
    user, password = credentials.username, credentials.password
    offered = connection.esmtp_features.get("auth", "").upper().split()
    if "PLAIN" in offered:
        code, said = connection.docmd("AUTH", f"PLAIN {_base64(f'{chr(0)}{user}{chr(0)}{password}')}")
    elif "LOGIN" in offered:
        code, said = connection.docmd("AUTH", f"LOGIN {_base64(user)}")
        if code == 334:
            code, said = connection.docmd(_base64(password))
    else:
        connection.login(user, password)
        return
    if code not in (235, 503):  # 503: logged in already
        raise smtplib.SMTPAuthenticationError(code, said)


def hide(text: str, secrets: tuple[str, ...]) -> str:
    """One line without the secrets, for logs and the warehouse: a server may echo what it was told."""
    for secret in secrets:
        text = text.replace(secret, "***")
    return clean_line(text, 300)


def _secrets_of(credentials: Credentials | None) -> tuple[str, ...]:
    if credentials is None:
        return ()
    user, password = credentials.username, credentials.password
    forms = (password, _base64(password), _base64(f"\0{user}\0{password}"))
    return tuple(sorted({form for form in forms if form}, key=len, reverse=True))


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")


def _give_up(connection: smtplib.SMTP | None, code: str, detail: str) -> Problem:
    if connection is not None:
        connection.close()
    return Problem(stage="alerts", url=None, code=code, detail=detail)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _as_data(message: bytes) -> bytes:
    # RFC 5321, 4.5.2: a line that begins with a dot gets another one; a line of one dot ends the message.
    body = re.sub(rb"\r\n|\r|\n", b"\r\n", message)
    if not body.endswith(b"\r\n"):
        body += b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", body) + b".\r\n"


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
