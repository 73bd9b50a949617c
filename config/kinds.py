"""The kinds of value that a person writes into the files, each checked where it stands."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

from croniter import croniter
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)*")
CLOCK_RANGE = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


class Strict(BaseModel):
    """Frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def check_address(text: str) -> str:
    """`name@host`, at most 254 characters, no display name, no line break."""
    if len(text) > 254 or not ADDRESS.fullmatch(text) or ".." in text:
        raise ValueError(f"{text!r} is not an e-mail address; write it like name@example.org")
    return text


def check_zone(text: str) -> str:
    """A name of the time zone database."""
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{text!r} is not a time zone; write a name like Europe/Brussels or UTC") from None
    return text


def check_cron(text: str) -> str:
    """Five fields (minute, hour, day, month, weekday) of which some date can come."""
    fields = text.split()
    if len(fields) != 5:
        raise ValueError(
            f"{text!r} is no cron line: it has {len(fields)} fields, needs 5 (minute hour day month weekday); "
            'write one like "30 2 * * *", which is 02:30 every night'
        )
    try:
        croniter(text, datetime(2024, 1, 1, tzinfo=UTC)).get_next(datetime)
    except (ValueError, KeyError, ArithmeticError, AttributeError, TypeError) as error:
        raise ValueError(
            f'{text!r} is no cron line: {error}; write one like "30 2 * * *", which is 02:30 every night'
        ) from None
    return text


def check_clock_range(text: str) -> str:
    """`HH:MM-HH:MM`, which may pass midnight; both ends differ."""
    found = CLOCK_RANGE.fullmatch(text)
    if not found or found.group(1, 2) == found.group(3, 4):
        raise ValueError(f'{text!r} is not a range of hours; write it like "22:00-07:00"')
    return text


def read_clock_range(text: str) -> tuple[time, time]:
    """Start and end of a checked range of hours; it passes midnight where the end is the earlier one."""
    start, end = text.split("-")
    return time.fromisoformat(start), time.fromisoformat(end)


Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\r\n]+$")]
Address = Annotated[str, AfterValidator(check_address)]
Zone = Annotated[str, AfterValidator(check_zone)]
Cron = Annotated[str, AfterValidator(check_cron)]
ClockRange = Annotated[str, AfterValidator(check_clock_range)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
EnvName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
