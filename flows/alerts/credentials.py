"""The mail server's user name and password: from the environment or a Prefect block, never from a file of ours."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from config.recipients import MailSettings
from extractors.model import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """User name and password; the password does not show in a repr."""

    username: str
    password: str = field(repr=False)


def find_credentials(
    settings: MailSettings, environment: Mapping[str, str] | None = None
) -> Credentials | Problem | None:
    """What to log in with; None where nothing is set (a server that asks for no login); a Problem where only half is.

    A Prefect block, if named, goes first: a Secret that holds the password (the user name then comes from the
    environment, else it is the sender's address) or a JSON object with `username` and `password`.
    """
    env = os.environ if environment is None else environment
    username = env.get(settings.username_env or "") or None
    if settings.prefect_block:
        secret = _load_block(settings.prefect_block)
        return secret if isinstance(secret, Problem) else _read_secret(secret, username or settings.sender)
    password = env.get(settings.password_env or "") or None
    if username and password:
        return Credentials(username=username, password=password)
    if username or password:
        missing = settings.password_env if username else settings.username_env
        return _problem("mail-credentials", f"the environment variable {missing} is not set, its partner is; set both")
    return None


def _read_secret(secret: object, username: str) -> Credentials | Problem:
    if isinstance(secret, str) and secret.lstrip().startswith("{"):
        try:
            secret = json.loads(secret)
        except ValueError:
            return Credentials(username=username, password=str(secret))
    if isinstance(secret, Mapping):
        name, password = secret.get("username") or username, secret.get("password")
        if not isinstance(name, str) or not isinstance(password, str) or not password:
            return _problem("mail-credentials", "the Prefect block holds no password; give it username and password")
        return Credentials(username=name, password=password)
    if isinstance(secret, str) and secret:
        return Credentials(username=username, password=secret)
    return _problem("mail-credentials", "the Prefect block is empty; store the password in it")


def _load_block(name: str) -> object | Problem:
    # Imported here: Prefect takes seconds, and most settings name no block.
    from prefect.blocks.system import Secret

    try:
        block = Secret.load(name.removeprefix("secret/"))
    except ValueError:
        return _problem(
            "mail-credentials", f"there is no Prefect Secret block named {name!r}; create it or take it out"
        )
    secret: object = block.get()  # type: ignore[union-attr]
    return secret


def _problem(code: str, detail: str) -> Problem:
    return Problem(stage="alerts", url=None, code=code, detail=detail)
