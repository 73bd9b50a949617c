"""Publication times as feeds and pages spell them, read strictly: a time is never invented."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal

from extractors.date_words import DAY_HALVES, MONTHS, ZONES

# The certainties that a stated time can have; see `extractors.model.DateCertainty`.
StatedCertainty = Literal["exact", "day", "suspect"]

EARLIEST_YEAR = 1990
LATEST_AHEAD = timedelta(days=2)
_MAX_RAW_CHARS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedDate:
    """A time in UTC and how sure it is; `day` stands at midnight UTC, `suspect` is before 1990 or too far ahead."""

    at: datetime
    certainty: StatedCertainty


def parse_date(raw: str, *, now: datetime, zone: tzinfo = UTC) -> ParsedDate | None:
    """The time that `raw` states; None where it states none, an impossible one (31 June) or an ambiguous one (3/4/26).

    Reads RFC 822 and 2822, RFC 3339 and W3CDTF, asctime, Unix seconds and milliseconds, and dates with month names in
    English, German, French, Spanish (and a few neighbours), Chinese, Japanese and Korean forms. A wrong weekday is
    ignored, hour 24 is the next day's midnight, leap second 60 the next minute. A time without zone is taken to be in
    `zone`. Only a date: certainty `day`. `now` only judges what is plausible; it never becomes the result.
    """
    text = _normal(raw)
    if text is None:
        return None
    for read in _READERS:
        found = read(text)
        if found is not None:
            return None if found is _IMPOSSIBLE else _judge(found, now, zone)
    return None


@dataclass(frozen=True, slots=True)
class _Reading:
    """What stands there: numbers as written. `hour` None: a date only. `offset` None: no zone stated."""

    year: int
    month: int
    day: int
    hour: int | None = None
    minute: int = 0
    second: int = 0
    micro: int = 0
    offset: timedelta | None = None


_IMPOSSIBLE = _Reading(0, 0, 0)


def _normal(raw: str) -> str | None:
    if len(raw) > _MAX_RAW_CHARS:
        raw = raw.strip()
        if len(raw) > _MAX_RAW_CHARS:
            return None
    text = " ".join(unicodedata.normalize("NFKC", raw).replace("−", "-").split())
    return text.lower() if text and any(c.isdigit() for c in text) and len(text) <= _MAX_RAW_CHARS else None


def _judge(found: _Reading, now: datetime, zone: tzinfo) -> ParsedDate | None:
    hour, minute, second = found.hour or 0, found.minute, found.second
    midnight_after = hour == 24 and minute == 0 and second == 0
    leap = second == 60
    try:
        at = datetime(found.year, found.month, found.day, 0 if midnight_after else hour, minute, 59 if leap else second,
                      found.micro, tzinfo=UTC)  # fmt: skip
        at += timedelta(days=midnight_after, seconds=leap)
        if found.hour is not None:
            offset = found.offset
            if offset is None:
                offset = at.replace(tzinfo=zone).utcoffset() or timedelta()
            at -= offset
    except (ValueError, OverflowError):
        return None
    if at.year < EARLIEST_YEAR or at > now + LATEST_AHEAD:
        return ParsedDate(at=at, certainty="suspect")
    return ParsedDate(at=at, certainty="day" if found.hour is None else "exact")


# A time of day with an optional zone, as it ends most spellings. Groups are named so that every reader can share it.
_CLOCK = (
    r"(?:(?P<half>上午|下午|오전|오후|午前|午後) ?)?"
    r"(?P<hour>\d{1,2})(?:(?:[:h時时点]|시 ?)(?P<minute>\d{1,2}))"
    r"(?:[:分'](?P<second>\d{1,2})(?:[.,](?P<frac>\d{1,9}))?)?"
    r"(?: ?(?:uhr|分|분|h))?(?: ?(?P<ampm>[ap]\.?m\.?))?"
)
_ZONE = r"(?: ?(?P<zone>z|(?:gmt|utc|ut)? ?[+-]\d{1,2}(?::?\d{2})?(?::\d{2})?|[a-z]{1,9}))?(?: ?\([^()]{0,40}\))?"
_TAIL = rf"(?:(?:,| -| um| à| at| a las| alle| om|t| \||:)? ?{_CLOCK}{_ZONE})?(?: (?P<late_year>\d{{4}}))?\Z"

_EPOCH = re.compile(r"(?P<whole>\d{9,10})(?:\.\d+)?\Z|(?P<milli>\d{12,13})\Z")
_ISO = re.compile(r"(?P<year>\d{4})(?P<sep>[-/.]?) ?(?P<month>\d{1,2})(?P=sep) ?(?P<day>\d{1,2})\.?" + _TAIL)
_ISO_BASIC = re.compile(
    r"(?P<year>\d{4})-?(?P<month>\d\d)-?(?P<day>\d\d)t(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?" + _ZONE + r"\Z"
)
_ISO_MONTH = re.compile(r"\d{4}(-\d{2})?\Z")
_ORDINAL = re.compile(r"(?P<year>\d{4})-(?P<ordinal>\d{3})" + _TAIL)
_HAN = re.compile(
    r"(?P<year>\d{4}) ?[年년] ?(?P<month>\d{1,2}) ?[月월] ?(?P<day>\d{1,2}) ?[日号일]?"
    r"(?: ?\(?(?:星期|周|週|礼拜)?[一二三四五六日天月火水木金土월화수목금토](?:曜日?|요일)?\)?)?"
    + _TAIL
)
_WEEKDAY = r"(?:(?P<weekday>[^\W\d_]{2,14})(?:\.?, ?|\.? )(?:(?:den|le|the|el|il) )?)?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.º|º|ª|\.)?"
_MONTH = r"(?P<month>[^\W\d_]{3,12})(?:\.,?|,)?"
_YEAR = r"(?P<year>\d{4}|'?\d{2}(?![:\d]))(?: r\.| г\.?)?"
_DAY_FIRST = re.compile(
    rf"{_WEEKDAY}{_DAY}(?: ?[-/.] ?|,? (?:de |of |di )?){_MONTH}(?: ?[-/] ?| (?:de |del |di )?){_YEAR}{_TAIL}"
)
_MONTH_FIRST = re.compile(rf"{_WEEKDAY}{_MONTH}[ -]{_DAY}(?:,|-)? ?{_YEAR}{_TAIL}")
_YEAR_FIRST = re.compile(rf"(?P<year>\d{{4}})[ -/]{_MONTH}[ -/]{_DAY}{_TAIL}")
_ASCTIME = re.compile(rf"{_WEEKDAY}{_MONTH} {_DAY},? {_CLOCK}{_ZONE},? (?P<late_year>\d{{4}})\Z")
_NUMERIC = re.compile(
    rf"{_WEEKDAY}(?P<first>\d{{1,2}})(?P<sep>[./-]) ?(?P<next>\d{{1,2}})(?P=sep) ?(?P<year>\d{{4}}|\d{{2}}){_TAIL}"
)


def _read_epoch(text: str) -> _Reading | None:
    match = _EPOCH.match(text)
    if not match:
        return None
    seconds = int(match["whole"]) if match["whole"] else int(match["milli"]) / 1000
    at = datetime.fromtimestamp(seconds, UTC)
    return _Reading(at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond, timedelta())


def _read_iso(text: str) -> _Reading | None:
    match = _ISO.match(text) or _ISO_BASIC.match(text)
    if not match:
        return None
    # Without separators only eight digits in all are a date.
    if match.re is _ISO and not match["sep"] and not re.match(r"\d{8}(\D|\Z)", text):
        return _IMPOSSIBLE
    return _with_clock(match, int(match["year"]), int(match["month"]), int(match["day"]))


def _read_ordinal(text: str) -> _Reading | None:
    match = _ORDINAL.match(text)
    if not match:
        return None
    try:
        day = datetime.strptime(f"{match['year']} {match['ordinal']}", "%Y %j").replace(tzinfo=UTC)
    except ValueError:
        return _IMPOSSIBLE
    return _with_clock(match, day.year, day.month, day.day)


def _read_han(text: str) -> _Reading | None:
    match = _HAN.match(text)
    return _with_clock(match, int(match["year"]), int(match["month"]), int(match["day"])) if match else None


def _read_named(text: str) -> _Reading | None:
    for pattern in (_DAY_FIRST, _MONTH_FIRST, _ASCTIME, _YEAR_FIRST):
        match = pattern.match(text)
        if match and (month := _month(match["month"])):
            year = match["late_year"] if pattern is _ASCTIME else match["year"]
            return _with_clock(match, _full_year(year), month, int(match["day"]))
    return None


def _read_numeric(text: str) -> _Reading | None:
    match = _NUMERIC.match(text)
    if not match:
        return None
    first, second = int(match["first"]), int(match["next"])
    if match["sep"] == "." or first > 12 or first == second:
        day, month = first, second
    elif second > 12:
        day, month = second, first
    else:
        return _IMPOSSIBLE  # 3/4/2026: March or April, depending on the country
    return _with_clock(match, _full_year(match["year"]), month, day)


_READERS: tuple[Callable[[str], _Reading | None], ...] = (
    _read_epoch, _read_iso, _read_ordinal, _read_han, _read_named, _read_numeric,
)  # fmt: skip


def _with_clock(match: re.Match[str], year: int, month: int, day: int) -> _Reading:
    groups = match.groupdict()
    if groups.get("hour") is None:
        return _Reading(year, month, day)
    offset = _offset(groups.get("zone"))
    hour = _hour_of_day(int(groups["hour"]), groups.get("half"), groups.get("ampm"))
    if offset is _UNKNOWN_ZONE or hour is None:
        return _IMPOSSIBLE if hour is None else _Reading(year, month, day)
    second = int(groups.get("second") or 0)
    micro = int((groups.get("frac") or "0").ljust(6, "0")[:6])
    return _Reading(year, month, day, hour, int(groups["minute"] or 0), second, micro, offset)


def _hour_of_day(hour: int, half: str | None, ampm: str | None) -> int | None:
    late = DAY_HALVES[half] if half else ampm[0] == "p" if ampm else None
    if late is None or hour > 12:
        return hour
    return hour % 12 + (12 if late else 0)


def _month(word: str) -> int | None:
    plain = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    return MONTHS.get(plain)


def _full_year(text: str) -> int:
    """Two digits as RFC 2822 section 4.3 reads them: 00 to 49 are 2000 and on."""
    digits = text.lstrip("'")
    year = int(digits)
    return year if len(digits) == 4 else year + (2000 if year < 50 else 1900)


_UNKNOWN_ZONE = timedelta(days=9)
_NUMERIC_ZONE = re.compile(r"(?:gmt|utc|ut)? ?([+-])(\d{1,2}):?(\d{2})?")


def _offset(zone: str | None) -> timedelta | None:
    if zone is None:
        return None
    if match := _NUMERIC_ZONE.match(zone):
        hours, minutes = int(match[2]), int(match[3] or 0)
        if hours > 15 or minutes > 59:
            return _UNKNOWN_ZONE
        return timedelta(hours=hours, minutes=minutes) * (-1 if match[1] == "-" else 1)
    minutes_east = ZONES.get(zone)
    return _UNKNOWN_ZONE if minutes_east is None else timedelta(minutes=minutes_east)

