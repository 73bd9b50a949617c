"""Dates and stretches of time as texts spell them, in English, German, French and Spanish (Chinese stands beside it).

Only what is written is read here: whether a date lies ahead, and which year one without a year means, is decided in
`extractors/dates_ahead.py` from the words around it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import lru_cache

from extractors.date_cues import NUMBER_WORDS, ORDINALS, UNITS, WEEKDAYS
from extractors.date_spans_han import HAN_TELLING, read_han_counted, read_han_days, read_han_spans
from extractors.date_words import MONTHS
from extractors.date_written import Spelling, Written, later, month_span, months_from, next_weekday, one_day

# Any word: whether it is a month is looked up afterwards, which is ten times faster than a pattern of all their names.
_MON = r"(?P<mon>[^\W\d_]{3,12})"
_ACCENTS = {"a": "aâàáãä", "e": "eéèêě", "i": "iíî", "o": "oóôöő", "u": "uúûüů", "n": "nñň", "c": "cçč", "s": "sśşš"}
_NAME = "|".join(
    "".join(f"[{_ACCENTS[c]}]" if c in _ACCENTS else c for c in name)
    for name in sorted((name for name in MONTHS if len(name) > 2), key=len, reverse=True)
)
_YEAR = r"(?P<year>20\d\d)(?![\d.,]*\d)"
_DAY = r"(?P<day>\d{1,2})"
_TO = r"(?:\s?[-–—]\s?|\s+(?:to|and|bis|und|au|et|al|a|y|e)\s+)"
_SUFFIX = r"(?:st|nd|rd|th|er|\.?[ºª°]|\.)?"
_FLAGS = re.IGNORECASE

# What is left of a month or a year: "late March", "Anfang 2027".
_PART = {
    "end": r"(?:the\s+)?(?:end\s+of|late)(?:\s+the)?|Ende|(?:la\s+)?fin(?:\s+(?:de|du\s+mois\s+de))?|"
    r"(?:a\s+)?(?:finales|fines|el\s+final)\s+de",
    "begin": r"(?:the\s+)?(?:beginning\s+of|start\s+of|early)|Anfang|(?:le\s+)?début(?:\s+de)?|"
    r"(?:a\s+)?principios\s+de",
    "mid": r"mid[-\s]|the\s+middle\s+of|Mitte|mi-|(?:a\s+)?mediados\s+de",
}
_PARTS = "|".join(f"(?P<{name}>{words})" for name, words in _PART.items())

_ISO = re.compile(r"(?<![\d-])(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?![\d-])")
_DMY = re.compile(
    rf"(?<![\d.,:/-])(?:(?P<day0>\d{{1,2}}){_SUFFIX}{_TO})?{_DAY}{_SUFFIX}(?:\s+(?:of\s+|de\s+|d['’])?|-){_MON}\b\.?"
    rf"(?:,?\s+(?:del?\s+)?{_YEAR})?",
    _FLAGS,
)
_MDY = re.compile(
    rf"\b{_MON}\.?\s+(?:(?P<day0>\d{{1,2}})(?:st|nd|rd|th)?{_TO})?{_DAY}(?:st|nd|rd|th)?(?![\d.,:]*\d|\s?%)"
    rf"(?:,?\s+{_YEAR})?",
    _FLAGS,
)
_NUMERIC = re.compile(
    r"(?<![\d.,/])(?P<day>\d{1,2})(?P<sep>[./])\s?(?P<month>\d{1,2})(?P=sep)\s?(?P<year>20\d\d)(?!\d|[./]\d)"
)
_MONTH_YEAR = re.compile(
    rf"(?:(?:{_PARTS})\s*)?(?<![\w.])(?<!\d\s)(?<!\d\.\s){_MON}\.?,?\s+(?:of\s+|del?\s+)?{_YEAR}", _FLAGS
)
_MONTH_ALONE = re.compile(
    rf"(?:(?:{_PARTS})\s*|\b(?P<lead>in|by|until|before|from|im|bis|ab|en|hasta|para|d['’]ici|avant|dès)\s+)"
    rf"(?:next\s+|(?:the\s+)?month\s+of\s+)?(?P<mon>{_NAME})\b(?!\.?,?\s+(?:del?\s+)?\d)",
    _FLAGS,
)
_PART_YEAR = re.compile(rf"\b(?:{_PARTS})\s*(?:the\s+year\s+|l['’]année\s+|año\s+|des\s+Jahres\s+)?{_YEAR}", _FLAGS)
_YEAR_END = re.compile(
    r"\b(?:(?:the\s+)?end\s+of\s+(?:the|this)\s+year|year[-\s]end|Jahresende|Ende\s+(?:des|dieses)\s+Jahres|"
    r"(?:la\s+)?fin\s+(?:de\s+l['’]|d['’])année|(?:fin|final(?:es)?)\s+de(?:l)?\s+año)\b",
    _FLAGS,
)
_QUARTER = re.compile(
    rf"\b(?:(?:(?P<nth>{'|'.join(w for w in ORDINALS if len(w) > 2)})\s+(?P<unit>quarter|half|Quartals?|Halbjahrs?|"
    rf"trimestre|semestre)|Q(?P<q>[1-4]))(?:\s+(?:of|de|del|des\s+Jahres))?,?\s+{_YEAR})",
    _FLAGS,
)
_IN_DAYS = re.compile(
    r"\b(?P<lead>within|in|binnen|innerhalb(?:\s+von)?|sous|dans(?:\s+(?:un\s+délai\s+de|les))?|d['’]ici|"
    r"dentro\s+de|en\s+(?:un|el)\s+plazo\s+de|en)\s+(?:the\s+next\s+)?"
    rf"(?P<n>\d{{1,3}}|{'|'.join(w for w in NUMBER_WORDS if len(w) > 1)})\s+(?:working\s+|business\s+|calendar\s+)?"
    rf"(?P<unit>{'|'.join(sorted((u for u in UNITS if len(u) > 1 or u.isascii()), key=len, reverse=True))})\b",
    _FLAGS,
)
_WEEKDAY_NAMES = "|".join(name for name in WEEKDAYS if len(name) > 2)
_WEEKDAY = re.compile(
    rf"\b(?P<next>next\s+|coming\s+|kommende[nrsm]?\s+|nächste[nrsm]?\s+|el\s+próximo\s+|próximo\s+)?(?P<name>{_WEEKDAY_NAMES})"
    r"(?P<later>\s+(?:prochain|próximo|next))?\b(?!,?\s+(?:the\s+|den\s+|dem\s+|le\s+)?\d)",
    _FLAGS,
)
_TOMORROW = re.compile(r"\b(?:tomorrow|demain|mañana)\b(?!['’]s)(?!\s+por\s+la)|(?<=\s)morgen\b|\A\W{0,2}Morgen\b")


# More dates than this in one sentence are a table or an attack.
_MOST = 120


def find_written(text: str, *, published_on: date, language: str | None) -> list[Written]:
    """The dates in the text, in order, none overlapping another: of two the longer one, else the earlier in the list of
    readings. Impossible days (31 June) are left out."""
    han = (language or "").startswith(("zh", "ja")) or bool(re.search(r"\d[年月]", text))
    readers = _HAN_READERS if han else _READERS
    found: list[tuple[int, Written]] = []
    for rank, read in enumerate(readers):
        try:
            found += [(rank, one) for one in read(text, published_on)]
        except OverflowError:  # the year 9999 and a month more
            continue
    del found[_MOST:]
    found.sort(key=lambda pair: (-(pair[1].end - pair[1].start), pair[0], pair[1].start))
    chosen: list[Written] = []
    for _, one in found:
        if all(one.end <= other.start or one.start >= other.end for other in chosen):
            chosen.append(one)
    return sorted(chosen, key=lambda one: one.start)


_WORD = re.compile(r"[^\W\d_]+")
_TELLING_WORDS = """
    tomorrow morgen demain mañana in within binnen innerhalb sous dans dentro plazo ici end early late mid year
    by until ende anfang mitte jahresende im bis fin début mi en avant finales principios mediados hasta para année año
"""
_TELLING = frozenset(_TELLING_WORDS.split()) | frozenset(name for name in WEEKDAYS if len(name) > 2)


def may_hold_date(text: str) -> bool:
    """Whether it is worth looking for dates in the text: a quick look."""
    if any(c.isdigit() for c in text):
        return True
    words = _WORD.findall(text.lower())
    return not _TELLING.isdisjoint(words) or HAN_TELLING.search(text) is not None


def is_date_word(word: str) -> bool:
    """Whether the word goes on after a number with a full stop: "3. März", "2. Quartal"."""
    return month_of(word) is not None or word.lower().startswith(("quartal", "halbjahr", "jahrestag"))


@lru_cache(maxsize=4_096)
def month_of(word: str) -> int | None:
    """The month that a name spells; None where it is none."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(c))
    return MONTHS.get(plain)


def _read_days(text: str, published: date) -> Iterator[Written]:
    for pattern in (_DMY, _MDY):
        for match in pattern.finditer(text):
            month = month_of(match["mon"])
            if month is None or (not match["mon"][0].isupper() and pattern is _MDY):
                continue  # "may 12 more"
            year = int(match["year"]) if match["year"] else published.year
            found = one_day(match, year, month, "stated" if match["year"] else "yearless")
            if found:
                yield found


def _read_numbers(text: str, published: date) -> Iterator[Written]:
    for match in _ISO.finditer(text):
        found = one_day(match, int(match["year"]), int(match["month"]) if int(match["month"]) <= 12 else 0, "stated")
        if found:
            yield found
    for match in _NUMERIC.finditer(text):
        day, month = int(match["day"]), int(match["month"])
        if match["sep"] == "/" and day <= 12 and month <= 12 and day != month:
            continue  # 3/4/2027: March or April, depending on the country
        found = one_day(match, int(match["year"]), month, "stated") if month <= 12 else None
        if found:
            yield found


def _read_months(text: str, published: date) -> Iterator[Written]:
    for pattern in (_MONTH_YEAR, _MONTH_ALONE):
        for match in pattern.finditer(text):
            groups = match.groupdict()
            name, month = match["mon"], month_of(match["mon"])
            if month is None:
                continue
            if not name[0].isupper() and pattern is _MONTH_ALONE and name.lower() in ("may", "march", "mar", "set"):
                continue  # "in may" may be, but "may" and "march" are words
            year = int(groups["year"]) if groups.get("year") else published.year
            first, last = month_span(year, month)
            yield _part(match, first, last, "stated" if groups.get("year") else "yearless")


def _part(match: re.Match[str], first: date, last: date, spelling: Spelling) -> Written:
    """A month or a year, or what "early", "mid" and "end" leave of it."""
    groups = match.groupdict()
    a_year = (last - first).days > 31
    if groups.get("end"):
        late = (match["end"] or "").lower().startswith("late")
        if late and a_year:
            return Written(
                start=match.start(),
                end=match.end(),
                first=date(last.year, 9, 1),
                last=last,
                spelling=spelling,
                whole=True,
            )
        if late:
            return Written(
                start=match.start(),
                end=match.end(),
                first=last.replace(day=20),
                last=last,
                spelling=spelling,
                whole=True,
            )
        return Written(start=match.start(), end=match.end(), first=last, last=last, spelling=spelling, end_of=True)
    if groups.get("begin"):
        last = date(first.year, 4, 30) if a_year else first.replace(day=10)
    elif groups.get("mid"):
        year = first.year
        last = date(year, 8, 31) if a_year else first.replace(day=20)
        first = date(year, 5, 1) if a_year else first.replace(day=11)
    return Written(start=match.start(), end=match.end(), first=first, last=last, spelling=spelling, whole=True)


def _read_years(text: str, published: date) -> Iterator[Written]:
    for match in _PART_YEAR.finditer(text):
        year = int(match["year"])
        yield _part(match, date(year, 1, 1), date(year, 12, 31), "stated")
    for match in _YEAR_END.finditer(text):
        last = date(published.year, 12, 31)
        yield Written(start=match.start(), end=match.end(), first=last, last=last, spelling="counted", end_of=True)
    for match in _QUARTER.finditer(text):
        nth = int(match["q"]) if match["q"] else ORDINALS[match["nth"].lower()]
        half = (match["unit"] or "").lower().startswith(("half", "halb", "semes"))
        if half and nth > 2:
            continue
        yield months_from(match, int(match["year"]), (nth - 1) * (6 if half else 3) + 1, 6 if half else 3)


def _read_counted(text: str, published: date) -> Iterator[Written]:
    for match in _IN_DAYS.finditer(text):
        word = match["n"].lower()
        number = int(word) if word.isdigit() else NUMBER_WORDS[word]
        if word in ("a", "an", "one", "un", "une", "uno", "una", "ein") and match["lead"].lower() in ("en", "in"):
            continue  # "in one day" tells how long, seldom when
        if UNITS[match["unit"].lower()] == "year":
            continue  # "after a third breach within two years": a span, hardly ever a day
        deadline = match["lead"].lower() not in ("in", "en", "dans", "dentro de")
        on = later(published, number, UNITS[match["unit"].lower()])
        yield Written(start=match.start(), end=match.end(), first=on, last=on, spelling="counted", end_of=deadline,
                      sure_ahead=deadline)  # fmt: skip
    for match in _TOMORROW.finditer(text):
        on = published + timedelta(days=1)
        yield Written(start=match.start(), end=match.end(), first=on, last=on, spelling="counted", sure_ahead=True)
    for match in _WEEKDAY.finditer(text):
        sure = bool(match["next"] or match["later"])
        yield next_weekday(match, published, WEEKDAYS[match["name"].lower()], sure=sure)


_Reader = Callable[[str, date], Iterator[Written]]
_READERS: tuple[_Reader, ...] = (_read_numbers, _read_days, _read_months, _read_years, _read_counted)
_HAN_READERS: tuple[_Reader, ...] = (_read_numbers, read_han_days, read_han_spans, read_han_counted)
