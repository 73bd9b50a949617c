"""What response headers say, for us: when to come back, how long an answer is fresh."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MAX_WAIT_S = 86_400.0
_MAX_AGE = re.compile(r"(?:\A|[,\s])(?:s-maxage|max-age)\s*=\s*\"?(\d{1,10})", re.IGNORECASE)
_NO_STORE = re.compile(r"(?:\A|[,\s])(?:no-cache|no-store)(?:\Z|[,\s=])", re.IGNORECASE)

Headers = Sequence[tuple[str, str]]


def header(headers: Headers, name: str) -> str | None:
    """The first header of that name (any case), or None."""
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), None)


def parse_retry_after(raw: str | None, *, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks us to wait, in either form (RFC 9110 section 10.2.3): 0 to one day.

    None if there is no header, or none that can be read.
    """
    if raw is None:
        return None
    text = raw.strip()
    if re.fullmatch(r"\d{1,12}(\.\d+)?", text):
        return min(float(text), MAX_WAIT_S)
    at = parse_http_date(text)
    return None if at is None else min(max((at - now).total_seconds(), 0.0), MAX_WAIT_S)


def parse_http_date(raw: str | None) -> datetime | None:
    """The time of an HTTP date in UTC, or None."""
    try:
        at = parsedate_to_datetime(raw or "")
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def fresh_for_s(headers: Headers) -> float | None:
    """For how long the answer says it is fresh: max-age, else Expires minus Date, minus Age; None: it does not say."""
    control = header(headers, "cache-control") or ""
    if _NO_STORE.search(control):
        return None
    age = header(headers, "age") or ""
    spent = float(age) if re.fullmatch(r"\d{1,9}", age.strip()) else 0.0
    if match := _MAX_AGE.search(control):
        return max(float(match[1]) - spent, 0.0)
    expires, date = parse_http_date(header(headers, "expires")), parse_http_date(header(headers, "date"))
    return max((expires - date).total_seconds() - spent, 0.0) if expires and date else None


# Header that a protection service sets when it answers in the publisher's place, and its values; "" for any.
_CHALLENGES = (
    ("cf-mitigated", "challenge"), ("x-amzn-waf-action", ""), ("x-datadome", "protected"), ("x-dd-b", ""),
    ("x-sucuri-block", ""), ("x-iinfo-block", ""), ("x-vercel-mitigated", ""), ("x-px-blocked", ""),
)  # fmt: skip


def is_challenge(headers: Headers) -> bool:
    """Whether a protection service answered instead of the publisher: we are blocked, the page is not gone."""
    return any(
        (value := header(headers, name)) is not None and wanted in value.lower() for name, wanted in _CHALLENGES
    )
