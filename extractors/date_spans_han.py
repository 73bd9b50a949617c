"""Dates as Chinese texts spell them."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date, timedelta

from extractors.date_cues import NUMBER_WORDS, ORDINALS, UNITS, WEEKDAYS, Unit
from extractors.date_written import Spelling, Written, add_months, later, month_span, months_from, one_day

_HAN_DAY = re.compile(
    r"(?:(?P<year>20\d\d)年|(?P<near>今年|明年|后年|後年))?(?P<month>\d{1,2})月(?:(?P<day0>\d{1,2})[日号號]?[至到—–-])?"
    r"(?:(?P<day>\d{1,2})[日号號]|(?P<part>底|末|初|中旬|上旬|下旬))?"
)
_HAN_QUARTER = re.compile(r"(?:(?P<year>20\d\d)年|(?P<near>今年|明年))第?(?P<nth>[一二三四1-4])季度")
_HAN_HALF = re.compile(r"(?:(?P<year>20\d\d)年|(?P<near>今年|明年))(?P<half>上|下)半年")
_HAN_YEAR_END = re.compile(r"(?:(?P<year>20\d\d)年|(?P<near>今年|明年)年?)(?P<part>底|末|初)")
_HAN_IN_DAYS = re.compile(
    r"(?P<n>\d{1,3}|[一二两三四五六七八九十])(?P<unit>天|日|个工作日|周|星期|个月|個月|年)(?:之内|以内|内|之內|內)"
)
_HAN_NEAR = re.compile(
    r"明天|明日|后天|後天|下(?:周|星期)(?P<name>[一二三四五六日天])?|下个?月(?P<day>\d{1,2})[日号]|本月底|月底前|"
    r"(?<![\d今明])年底"
)
HAN_TELLING = re.compile("[明后後下][天日周星个月年]|[月年]底|[天日周月]之?[内內]")


def _han_year(match: re.Match[str], published: date) -> tuple[int, Spelling]:
    if match["year"]:
        return int(match["year"]), "stated"
    near = match["near"]
    if near:
        return published.year + {"今": 0, "明": 1}.get(near[0], 2), "counted"
    return published.year, "yearless"


def read_han_days(text: str, published: date) -> Iterator[Written]:
    """The days, months and parts of months in the text."""
    for match in _HAN_DAY.finditer(text):
        year, spelling = _han_year(match, published)
        month = int(match["month"])
        if not 1 <= month <= 12 or text[match.end() : match.end() + 1] in ("份", "饼"):
            continue
        if match["day"]:
            found = one_day(match, year, month, spelling)
            if found:
                yield found
            continue
        first, last = month_span(year, month)
        part = match["part"] or ""
        if part in ("底", "末"):
            yield Written(start=match.start(), end=match.end(), first=last, last=last, spelling=spelling, end_of=True)
            continue
        if part in ("初", "上旬"):
            last = first.replace(day=10)
        elif part == "中旬":
            first, last = first.replace(day=11), first.replace(day=20)
        elif part == "下旬":
            first = first.replace(day=21)
        yield Written(start=match.start(), end=match.end(), first=first, last=last, spelling=spelling, whole=True)


def read_han_spans(text: str, published: date) -> Iterator[Written]:
    """The quarters, halves and ends of years in the text."""
    for match in _HAN_QUARTER.finditer(text):
        yield months_from(match, _han_year(match, published)[0], (ORDINALS[match["nth"]] - 1) * 3 + 1, 3)
    for match in _HAN_HALF.finditer(text):
        yield months_from(match, _han_year(match, published)[0], 1 if match["half"] == "上" else 7, 6)
    for match in _HAN_YEAR_END.finditer(text):
        year, spelling = _han_year(match, published)
        if match["part"] == "初":
            yield Written(
                start=match.start(),
                end=match.end(),
                first=date(year, 1, 1),
                last=date(year, 4, 30),
                spelling=spelling,
                whole=True,
            )
        else:
            on = date(year, 12, 31)
            yield Written(start=match.start(), end=match.end(), first=on, last=on, spelling=spelling, end_of=True)


def read_han_counted(text: str, published: date) -> Iterator[Written]:
    """What counts from the day of publication: within 30 days, next Monday, the end of this month."""
    for match in _HAN_IN_DAYS.finditer(text):
        number = int(match["n"]) if match["n"].isdigit() else NUMBER_WORDS[match["n"]]
        unit = match["unit"]
        kind: Unit = "month" if "月" in unit else UNITS.get(unit, "day")
        on = later(published, number, kind)
        yield Written(start=match.start(), end=match.end(), first=on, last=on, spelling="counted", end_of=True)
    for match in _HAN_NEAR.finditer(text):
        said = match[0]
        if match["name"]:
            monday = published + timedelta(days=7 - published.weekday())
            on = monday + timedelta(days=WEEKDAYS[match["name"]])
        elif said[0] in "明后後":
            on = published + timedelta(days=1 if said[0] == "明" else 2)
        elif match["day"]:
            following = add_months(published.replace(day=1), 1)
            if not 1 <= int(match["day"]) <= calendar.monthrange(following.year, following.month)[1]:
                continue
            on = following.replace(day=int(match["day"]))
        elif said == "年底":
            on = date(published.year, 12, 31)
        elif "月底" in said:
            on = month_span(published.year, published.month)[1]
        else:
            continue  # "next week" alone
        yield Written(start=match.start(), end=match.end(), first=on, last=on, spelling="counted",
                      end_of="底" in said, sure_ahead=True)  # fmt: skip
