"""The feeds that are watched."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from config.kinds import Country, Id, Language, Line, Strict


def check_web_address(text: str) -> str:
    """An absolute http or https address with a host, without credentials, spaces or line breaks."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable or len(text) > 2_048 or any(c.isspace() or ord(c) < 32 for c in text):
        raise ValueError(f"{text[:80]!r} is not a web address; it starts with https:// and names a host")
    if parts.username is not None or parts.password is not None:
        raise ValueError("the address holds a user name or password, which would end up in logs; take it out")
    return text


WebAddress = Annotated[str, AfterValidator(check_web_address)]


class Source(Strict):
    """One feed. `kind` is free text for people (press, regulator, NGO); `reason` says why it is off.

    `country` is where the publisher sits (ISO 3166, EU for the Union), `language` what it writes in (ISO 639).
    """

    id: Id
    name: Line
    feed_url: WebAddress
    homepage: WebAddress | None = None
    country: Country | None = None
    language: Language | None = None
    kind: Line | None = None
    enabled: bool = True
    reason: str | None = Field(default=None, max_length=500)

    @model_validator(mode="after")
    def _off_has_a_reason(self) -> Source:
        if not self.enabled and not (self.reason or "").strip():
            raise ValueError("a source that is off needs a reason; add reason: with a few words why")
        return self


def feed_key(url: str) -> str:
    """Equal for two spellings of one feed: scheme, default port, `www.`, case of the host, last slash, fragment."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.").rstrip(".")
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    path = parts.path.rstrip("/")
    query = f"?{'&'.join(sorted(parts.query.split('&')))}" if parts.query else ""
    return f"{host}{port}{path}{query}"
