"""TLS and login: never weaker than the settings ask, and no password anywhere."""

from __future__ import annotations

import logging
import ssl

import pytest

from extractors.model import Problem
from flows.alerts.credentials import Credentials, find_credentials
from flows.alerts.message import Envelope, build_message
from flows.alerts.smtp import SmtpSession, hide, open_session
from tests.flows.alerts.newsroom import NIGHT, settings
from tests.flows.alerts.servers import Mailbox, certificate, mail_server

SECRET = Credentials(username="watch", password="p4ss wörd")
MESSAGE = build_message(
    Envelope(mail_id="0" * 16, to_name="Ana", to_address="ana@example.org", subject="Hello", dated_at=NIGHT),
    text=".\n..two\nlast",
    html="<p>.</p>",
    settings=settings(),
)


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_an_encrypted_login_delivers(security: str, contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    server, client = contexts
    box = Mailbox()
    with mail_server(box, tls=server, implicit=security == "tls", login=(SECRET.username, SECRET.password)) as port:
        session = open_session(settings(port=port, security=security), SECRET, tls=client, timeout_s=5)
        assert isinstance(session, SmtpSession), session
        answer = session.send("ana@example.org", MESSAGE, before_handing_over=lambda: None)
        session.quit()
    assert answer.kind == "sent"
    assert box.logins == ["watch"]
    plain = box.mails[0][1].get_body(("plain",))
    assert plain is not None and plain.get_content().splitlines() == [".", "..two", "last"]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_does_not_verify_ends_it(
    security: str, contexts: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    with mail_server(Mailbox(), tls=contexts[0], implicit=security == "tls") as port:
        problem = open_session(settings(port=port, security=security), None, timeout_s=5)
    assert isinstance(problem, Problem) and problem.code == "smtp-certificate"


def test_a_server_without_starttls_gets_no_mail() -> None:
    box = Mailbox()
    with mail_server(box) as port:
        problem = open_session(settings(port=port, security="starttls"), None, timeout_s=5)
    assert isinstance(problem, Problem) and problem.code == "smtp-no-starttls"


def test_a_wrong_password_is_said_without_saying_it(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext], caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = Credentials(username="watch", password="hunter2-not-it")
    with mail_server(Mailbox(), tls=contexts[0], login=("watch", "right")) as port:
        problem = open_session(settings(port=port, security="starttls"), wrong, tls=contexts[1], timeout_s=5)
    assert isinstance(problem, Problem) and problem.code == "smtp-login"
    said = [
        problem.detail,
        repr(wrong),
        *capfd.readouterr(),
        *(r.getMessage() for r in caplog.records if "flows" in r.name),
    ]
    assert not any("hunter2" in text for text in said)


def test_a_password_never_goes_unencrypted_to_another_machine() -> None:
    for host in ("mail.example.org", "192.0.2.1", "127.0.0.1.example.org"):
        problem = open_session(settings(host=host), SECRET)
        assert isinstance(problem, Problem) and problem.code == "smtp-insecure-login"


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_a_password_may_hold_any_character(mechanism: str) -> None:
    box = Mailbox()
    other = {"PLAIN", "LOGIN"} - {mechanism}
    with mail_server(box, login=(SECRET.username, SECRET.password), without=other) as port:
        session = open_session(settings(port=port), SECRET, timeout_s=5)
        assert isinstance(session, SmtpSession), session
        session.quit()
    assert box.logins == ["watch"]


def test_credentials_come_from_the_environment_both_or_none() -> None:
    rules = settings(username_env="U", password_env="P")
    assert find_credentials(rules, {"U": "me", "P": "x"}) == Credentials(username="me", password="x")
    assert find_credentials(rules, {}) is None
    half = find_credentials(rules, {"U": "me"})
    assert isinstance(half, Problem) and half.code == "mail-credentials" and "P" in half.detail


def test_credentials_come_from_a_prefect_block() -> None:
    from flows.alerts.credentials import _read_secret

    assert _read_secret("pw", "me@example.org") == Credentials(username="me@example.org", password="pw")
    assert _read_secret('{"username": "u", "password": "p"}', "me") == Credentials(username="u", password="p")
    assert _read_secret({"password": "p"}, "me") == Credentials(username="me", password="p")
    for empty in ("", None, {}, {"username": "u"}):
        assert isinstance(_read_secret(empty, "me"), Problem)


def test_secrets_are_hidden_in_every_form() -> None:
    secrets = ("c2VjcmV0", "secret")
    assert hide("535 c2VjcmV0 secret\r\nnext", secrets) == "535 *** *** next"
