"""Dates ahead that a text mentions, deadlines and hearings and the like, each with its sentence and how sure it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from extractors.date_cues import Cues, DateKind, cues_of
from extractors.date_spans import find_written, is_date_word, may_hold_date
from extractors.date_written import Written, add_months

__all__ = ["AheadCertainty", "DateAhead", "DateKind", "extract_dates_ahead"]

# `exact`: day and year are written. `inferred`: the year, or the day, follows from when the text was published ("by 19
# January", "within 30 days"). `approximate`: only a month, a quarter or a part of a year is said.
AheadCertainty = Literal["exact", "inferred", "approximate"]

HORIZON_DAYS = 5 * 366
MOST = 40
SENTENCE_LIMIT = 320
_LONGEST = 1_500
_IN_ONE_SENTENCE = 12
# Words further away than this do not say what a date is for; a comma counts like so many characters.
_REACH, _COMMA = 160, 40
# A preposition that makes a deadline counts like a word so far away: "to vote by 15 December" is a vote.
_UNTIL_DISTANCE = 45
# A day without a year that is this close behind is the one that is meant, unless "by" or "until" stands before it.
_JUST_BEHIND = timedelta(days=45)
# An article may be published the day before what it calls tomorrow in another zone: the day itself is not ahead.
_CLAUSE_END = re.compile(
    r"[,;:()–—，；：（）、]|\s-\s|\b(?:but|while|after|aber|während|nachdem|mais|après|pero|tras)\b"
)
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"”»“'’)]*\s+(?=[\"“„«'‘(¿¡]?[^\W_])|(?<=[。！？])|\n+")
_NO_END = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Sen|Rep|Gov|Gen|No|Nr|Art|Abs|Inc|Corp|Co|Ltd|bzw|ca|vs|etc|Jan|Feb|Mar|Apr|Jun|Jul|"
    r"Aug|Sept?|Oct|Nov|Dec|Okt|Dez|janv|févr|juil|déc|ene|EE|UU|Sr|Sra|U\.S|U\.K|z\.B|d\.h|a\.m|p\.m|M|Mme)|\b[A-Z]|"
    r"\b\d{1,2})\.$"
)
_ORDINAL = re.compile(r"\b\d{1,2}\.$")


@dataclass(frozen=True, slots=True, kw_only=True)
class DateAhead:
    """A date that a text mentions and that lies after its publication.

    `on` to `until` are its days, both included; they differ for a span ("12-14 January") and where the certainty is
    `approximate`. `start` and `end` are where it stands in `sentence`, which is one line of at most 320 characters.
    """

    on: date
    until: date
    certainty: AheadCertainty
    kind: DateKind
    sentence: str
    start: int
    end: int


def extract_dates_ahead(
    text: str, *, language: str | None, published_on: date, horizon_days: int = HORIZON_DAYS, limit: int = MOST
) -> list[DateAhead]:
    """The dates after `published_on`, at most `horizon_days` ahead, in the order in which the text mentions them.

    A day and kind that is mentioned again is given once. In languages other than en, de, fr, es and zh only dates
    with their year are read, as `other`. Dates that only state a year are left out. The same text and arguments give
    the same list; nothing raises. A publication that is not of the years 1000 to 9000 is a mistake: no dates.
    """
    if not 1000 <= published_on.year <= 9000:
        return []
    found: dict[tuple[date, date, DateKind], DateAhead] = {}
    cues = cues_of(language)
    latest = published_on + timedelta(days=horizon_days)
    for sentence in _sentences(text):
        if len(found) >= limit:
            break
        for written in find_written(sentence, published_on=published_on, language=language)[:_IN_ONE_SENTENCE]:
            span = _ahead(written, sentence, published_on, cues)
            if span is None or not published_on < span[0] <= latest:
                continue
            kind = _kind(written, sentence, cues)
            one = _cut(written, sentence, span, kind)
            found.setdefault((one.on, one.until, one.kind), one)
    return list(found.values())[:limit]


def _sentences(text: str) -> Iterator[str]:
    """Sentences as single lines; a number or an abbreviation with its full stop ends none."""
    pending = ""
    for part in _SENTENCE_END.split(text):
        part = part.strip()
        if pending and _ORDINAL.search(pending[-4:]) and not _goes_on(part):
            yield from _worth(pending)  # "on Dec. 2. Investigators": the number ended the sentence
            pending = ""
        piece = f"{pending} {part}".strip()
        if len(piece) < _LONGEST and _NO_END.search(piece[-12:]):
            pending = piece
            continue
        pending = ""
        yield from _worth(piece)
    yield from _worth(pending)


def _goes_on(part: str) -> bool:
    word = re.match(r"\W*(\w+)", part)
    return bool(word) and (word[1][0].islower() or word[1][0].isdigit() or is_date_word(word[1]))  # type: ignore[index]


def _worth(piece: str) -> Iterator[str]:
    line = " ".join(piece.split()) if may_hold_date(piece) else ""
    while len(line) > _LONGEST:  # no sentence of a person: keeps the time linear
        space = line.rfind(" ", _LONGEST // 2, _LONGEST)
        cut = space if space > 0 else _LONGEST
        yield line[:cut]
        line = line[cut:].lstrip()
    if line:
        yield line


def _ahead(written: Written, sentence: str, published: date, cues: Cues) -> tuple[date, date, AheadCertainty] | None:
    """The days that are meant, if they lie ahead."""
    certainty: AheadCertainty = "approximate" if written.whole else "inferred"
    if written.spelling == "stated":
        return written.first, written.last, "approximate" if written.whole else "exact"
    clause, at = _clause(sentence, written)
    until = _is_until(sentence, written, cues)
    before, after = clause[:at], clause[at + written.end - written.start :]
    ahead = until or bool(cues.ahead.search(before) or cues.ahead.search(after))
    behind = bool(cues.behind.search(clause))
    if written.spelling == "weekday":
        meant = written.sure_ahead or (ahead and not behind)
        return (written.first, written.last, certainty) if meant else None
    if written.spelling == "counted":
        meant = written.sure_ahead or written.end_of or (ahead and not behind)
        return (written.first, written.last, certainty) if meant else None
    if behind and not ahead:
        return None
    if written.whole and (behind or not ahead):
        return None  # "in March": only with a word of the future, and none of the past
    first, last = _nearest(written, published, until=until, ahead=ahead)
    return first, last, certainty


def _nearest(written: Written, published: date, *, until: bool, ahead: bool) -> tuple[date, date]:
    """The year that is meant: the next such day where the words say that it lies ahead, else the nearest one."""
    this = (written.first, written.last)
    following = (add_months(written.first, 12), add_months(written.last, 12))
    if this[0] > published:
        before = add_months(written.first, -12)
        # "on 12 December" in January is last December, unless something is to happen then.
        return this if ahead or this[0] - published <= published - before else (before, before)
    just_behind = published - this[1] <= _JUST_BEHIND
    if until or (ahead and not just_behind):
        return following
    return following if following[0] - published < published - this[0] and not just_behind else this


def _clause(sentence: str, written: Written) -> tuple[str, int]:
    """The part of the sentence between the marks around the date, and where the date stands in it."""
    begin, end = 0, len(sentence)
    for mark in _CLAUSE_END.finditer(sentence):
        if mark.end() <= written.start:
            # "On Monday, the minister said": an opening that is set off belongs to what follows.
            begin = mark.end()
        elif mark.start() >= written.end:
            if mark.start() - begin < 25 + written.end - written.start:
                continue
            end = mark.start()
            break
    return sentence[begin:end], written.start - begin


def _is_until(sentence: str, written: Written, cues: Cues) -> bool:
    if cues.until.pattern.startswith(r"\A"):
        return bool(cues.until.match(sentence[written.end :].lstrip("，, ")))
    return bool(cues.until.search(sentence[max(0, written.start - 40) : written.start]))


def _kind(written: Written, sentence: str, cues: Cues) -> DateKind:
    """What happens then: what the nearest telling word says, a comma counting like forty characters."""
    best: tuple[int, DateKind] = (_REACH, "other")
    if written.end_of or _is_until(sentence, written, cues):
        best = (_UNTIL_DISTANCE, "deadline")
    for kind, words in cues.kinds.items():
        for match in words.finditer(sentence):
            if match.end() <= written.start:
                between = sentence[match.end() : written.start]
            elif match.start() >= written.end:
                between = sentence[written.end : match.start()]
            else:
                between = ""
            distance = len(between) + _COMMA * len(_CLAUSE_END.findall(between))
            best = min(best, (distance, kind), key=lambda pair: pair[0])
    return best[1]


def _cut(written: Written, sentence: str, span: tuple[date, date, AheadCertainty], kind: DateKind) -> DateAhead:
    """The sentence around the date, within the limit."""
    start, end = written.start, written.end
    if len(sentence) > SENTENCE_LIMIT:
        begin = max(0, min(start - SENTENCE_LIMIT // 2, len(sentence) - SENTENCE_LIMIT + 2))
        lead = "… " if begin else ""
        space = sentence.find(" ", begin, start) if begin else -1
        begin = space + 1 if space >= 0 else begin
        rest = sentence[begin : begin + SENTENCE_LIMIT - len(lead) - 2]
        tail = " …" if begin + len(rest) < len(sentence) else ""
        shift = len(lead) - begin
        sentence, start, end = lead + rest + tail, start + shift, min(end + shift, len(lead) + len(rest))
    return DateAhead(on=span[0], until=span[1], certainty=span[2], kind=kind, sentence=sentence, start=start, end=end)
