"""A date as it was found written in a text, and the arithmetic of days and months that reading one needs."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from extractors.date_cues import Unit

# `stated`: day and year are written, `yearless`: the year is not, `weekday`: only that, `counted`: so many days from
# the day of publication. `whole`: a month, quarter or part of a year.
Spelling = Literal["stated", "yearless", "weekday", "counted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A date in a text: where it stands, and its first and last day (inclusive), in the year of publication if none is
    written. `whole` marks a span that is only known as such; `end_of` one of which the last day is meant."""

    start: int
    end: int
    first: date
    last: date
    spelling: Spelling
    whole: bool = False
    end_of: bool = False
    sure_ahead: bool = False


def month_span(year: int, month: int) -> tuple[date, date]:
    """First and last day of a month."""
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def add_months(day: date, months: int) -> date:
    """The same day so many months on, or the last one of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def later(day: date, number: int, unit: Unit) -> date:
    """The day so many days, weeks, months or years on."""
    if unit in ("month", "year"):
        return add_months(day, number * (12 if unit == "year" else 1))
    return day + timedelta(days=number * (7 if unit == "week" else 1))


def one_day(match: re.Match[str], year: int, month: int, spelling: Spelling) -> Written | None:
    """The day (or the days from `day0` to `day`) that the pattern found; None where there is no such day."""
    groups = match.groupdict()
    try:
        last = date(year, month, int(match["day"]))
        first = date(year, month, int(groups["day0"])) if groups.get("day0") else last
    except ValueError:
        return None
    return Written(start=match.start(), end=match.end(), first=min(first, last), last=last, spelling=spelling)


def months_from(match: re.Match[str], year: int, month: int, count: int) -> Written:
    """So many whole months from the first of one on, of a year that is written."""
    first = date(year, month, 1)
    last = add_months(first, count) - timedelta(days=1)
    return Written(start=match.start(), end=match.end(), first=first, last=last, spelling="stated", whole=True)


def next_weekday(match: re.Match[str], published: date, wanted: int, *, sure: bool) -> Written:
    """The first such weekday (Monday is 0) after publication; where it is called the next one, not tomorrow's."""
    on = published + timedelta(days=(wanted - published.weekday() - 1) % 7 + 1)
    if sure and (on - published).days < 2:  # nobody calls tomorrow "next Monday"
        on += timedelta(days=7)
    return Written(start=match.start(), end=match.end(), first=on, last=on, spelling="weekday", sure_ahead=sure)
