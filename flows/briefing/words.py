"""How the pages say dates, hours, counts and languages."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LANGUAGES = {
    "ar": "Arabic", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish",
    "et": "Estonian", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hu": "Hungarian", "it": "Italian",
    "ja": "Japanese", "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian", "nl": "Dutch", "no": "Norwegian",
    "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sv": "Swedish", "tr": "Turkish",
    "uk": "Ukrainian", "zh": "Chinese",
}  # fmt: skip


def show_date(day: date) -> str:
    """Like `12 May 2026`."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def show_days(first: date, last: date) -> str:
    """Like `12 May 2026`, `12 to 14 May 2026`, `30 Apr to 2 May 2026`; a whole month is `May 2026`."""
    if first == last:
        return show_date(first)
    if first.day == 1 and (last + timedelta(days=1)).day == 1 and first.replace(day=last.day) == last:
        return f"{_MONTHS[last.month - 1]} {last.year}"
    begin, end = show_date(first).split(), show_date(last).split()
    same = next((n for n in (1, 2) if begin[n:] == end[n:]), 3)  # what both share is said once
    return f"{' '.join(begin[:same])} to {' '.join(end)}"


def show_weekday(day: date) -> str:
    """Like `Tuesday, 12 May 2026`."""
    return f"{_WEEKDAYS[day.weekday()]}, {show_date(day)}"


def day_in(at: datetime, zone: ZoneInfo) -> date:
    """The calendar day there."""
    return at.astimezone(zone).date()


def show_moment(at: datetime, zone: ZoneInfo) -> str:
    """Like `12 May 2026, 14:05`."""
    local = at.astimezone(zone)
    return f"{show_date(local.date())}, {local:%H:%M}"


def show_hours(hours: float) -> str:
    """Like `0`, `20 min`, `3.5 h`, `2 days`."""
    if hours < 1:
        return f"{round(hours * 60)} min" if hours else "0"
    if hours < 24:
        return f"{hours:.1f}".removesuffix(".0") + " h"
    days = f"{hours / 24:.1f}".removesuffix(".0")
    return f"{days} day" if days == "1" else f"{days} days"


def count_of(number: int, one: str, many: str | None = None) -> str:
    """Like `1 report`, `2,041 copies`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def language_name(code: str) -> str:
    """The language in English, or its code in capitals where it has no name here."""
    return _LANGUAGES.get(code, code.upper()[:8])
