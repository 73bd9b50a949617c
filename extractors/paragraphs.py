"""Which paragraphs of a document are the article, and why the others are not.

Structure and repetition decide first: a paragraph that stands in another one, in the title or in the standfirst; a
short line before the text begins or after it ends. The words of `paragraph_words` come second, and mostly count only
together (the reader is spoken to, and something is asked of her).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Literal

from extractors import paragraph_words as told
from extractors.dates import ParsedDate, parse_date
from extractors.word_forms import CJK

Reason = Literal[
    "repeated-headline", "repeated-standfirst", "repeated", "pull-quote", "attribution", "caption", "appeal",
    "editors-note", "contributors", "copyright", "read-also", "byline", "timestamp", "label",
]  # fmt: skip

TOKEN = re.compile(rf"[{CJK}]|[^\W_{CJK}]+")
INSERT = re.compile(r"\[[^\[\]]{0,60}\]")
QUOTED = re.compile(
    r"“[^“”]{0,2000}(?:”|$)|„[^„“”]{0,2000}[“”]|«[^«»]{0,2000}»|\"[^\"]{0,2000}\"|「[^「」]{0,500}」|‘[^‘]{0,500}?’(?!\w)"
)
ITEM = re.compile(r"(?:[-–•*·]|\d{1,2}[.)])\s")
SENTENCE_END = re.compile(r"[.!?…。！？][\s\"'”’»“」）)\]]*$")
NAME = r"[^\W\d_a-zß-ÿ][\w.'’-]*"
FULL_NAME = rf"{NAME}(?: (?:(?:de|da|del|la|le|van|von|der|den|bin|al|el|di) )*{NAME}){{1,3}}"
AND = r"(?:,| and| und| et| y| &)"
NAMES_LINE = re.compile(rf"{FULL_NAME}(?:{AND} {FULL_NAME}){{0,4}}(?: (?:in|à|en|aus) .{{2,40}})?$")

CREDIT = re.compile(r"(?: \([A-ZÀ-Ý][\w.&-]*(?:[ /][A-ZÀ-Ý][\w.&-]*){0,4}\))+$")

NOTE_WORDS = 120  # the longest box beside an article that its words give away
BODY_WORDS = 15  # a sentence of so many words is text; shorter ones may be anything
CHATTY_SHARE = 0.2  # of its full paragraphs: an article that speaks to its reader throughout
CONTAINED_WORDS = 8  # a shorter line may well stand in a paragraph: a heading, an item of a list
GRAM = 4  # words: what must recur for a passage to count as the same
REPEATED_SHARE = 0.8  # of a paragraph's grams, found in one other
SOME_TIME = datetime(2100, 1, 1, tzinfo=UTC)  # only whether a line is a date is asked, not which


@dataclass(frozen=True, slots=True)
class CleanText:
    """The article's paragraphs in order, and each other one with the reason why it is none."""

    kept: tuple[str, ...]
    dropped: tuple[tuple[str, Reason], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph with what the rules look at. `outside` is the text without quotations."""

    text: str
    words: tuple[str, ...]
    outside: str
    is_sentence: bool

    @property
    def is_body(self) -> bool:
        """Whether it can only be running text, by its form."""
        return self.is_sentence and len(self.words) >= BODY_WORDS


def clean_paragraphs(paragraphs: Sequence[str], *, title: str, standfirst: str | None = None) -> CleanText:
    """The paragraphs that are the article; order and wording of what is kept do not change.

    Empty paragraphs are left out silently. `title` may be empty. A standfirst that the text repeats is dropped there,
    but kept where it is the only place that says so (no `standfirst` given). Where every paragraph would go, all are
    kept: a text without an article is judged by others.
    """
    lines = [read_line(" ".join(p.split())) for p in paragraphs if p.strip()]
    reasons = find_reasons(lines, title=title, standfirst=standfirst)
    if all(reasons):
        reasons = [None] * len(lines)
    kept = tuple(line.text for line, reason in zip(lines, reasons, strict=True) if reason is None)
    return CleanText(kept, tuple((line.text, r) for line, r in zip(lines, reasons, strict=True) if r is not None))


def read_line(text: str) -> Line:
    """What the rules need to know of a paragraph, whose spaces are single."""
    words = tuple(TOKEN.findall(INSERT.sub(" ", text).casefold()))
    return Line(text, words, QUOTED.sub(" ", text), bool(SENTENCE_END.search(text)))


def find_reasons(lines: Sequence[Line], *, title: str = "", standfirst: str | None = None) -> list[Reason | None]:
    """For each line why it is not the article, or None."""
    bodies = [line for line in lines if line.is_body]
    addressed = sum(bool(told.ADDRESSED.search(line.outside)) for line in bodies)
    chatty = addressed >= 3 and addressed >= CHATTY_SHARE * len(bodies)
    reasons = [_by_its_words(line, chatty=chatty) for line in lines]
    _join_appeals(lines, reasons)
    first = text_begins(lines, reasons)
    last = max((at for at, line in enumerate(lines) if reasons[at] is None and line.is_body), default=len(lines))
    _mark_head(lines, reasons, first)
    _mark_repeated(lines, reasons, read_line(title), read_line(standfirst or ""))
    for at, line in enumerate(lines):
        at_edge = first == len(lines) or not first <= at <= last
        if reasons[at] == "timestamp" and not at_edge:
            reasons[at] = None  # a date between paragraphs is a heading of a chronicle
        if reasons[at] is None and at_edge and first < len(lines) and len(line.words) <= 4 and not line.is_sentence:
            reasons[at] = "label"
    return reasons


def text_begins(lines: Sequence[Line], reasons: Sequence[Reason | None]) -> int:
    """Where the running text begins, the number of lines if nowhere: the first full sentence, unless a date stands
    below it, before the next one; it is the standfirst then. (Several dates in the text are a chronicle.)"""
    bodies = [at for at, line in enumerate(lines) if reasons[at] is None and line.is_body]
    if not bodies:
        return len(lines)
    inner_dates = sum(reason == "timestamp" for reason in reasons[bodies[0] : bodies[-1]])
    below = reasons[bodies[0] + 1 : bodies[1] if len(bodies) > 1 else len(lines)][:3]
    return bodies[1] if "timestamp" in below and inner_dates == 1 and len(bodies) > 1 else bodies[0]


def is_date_line(text: str) -> bool:
    """Whether the line is a date or time and nothing else, but for a word like "Published"."""
    return len(text) <= 90 and date_of_line(text, now=SOME_TIME) is not None


def date_of_line(text: str, *, now: datetime) -> ParsedDate | None:
    """The time that the line states, or None; see `extractors.dates.parse_date`."""
    bare = told.DATE_LABEL.sub("", text, count=1).strip(" |·•:,")
    return parse_date(bare, now=now) if any(c.isdigit() for c in bare) else None


def is_appeal(line: Line, *, chatty: bool = False) -> bool:
    """Whether the publisher asks something of the reader, or serves her: subscribe, register, refresh the page.

    `chatty` is set where the article itself speaks to its reader throughout; then only the plain cases count.
    """
    count = len(line.words)
    if count > 90 or (told.SAID.search(line.outside) and line.outside != line.text):
        return False
    if count <= 40 and told.CONTINUES.search(line.outside):
        return True
    services = {found.group().casefold() for found in told.SERVICE.finditer(line.outside)}
    called = bool(told.CALL.match(line.outside))
    if chatty:
        return bool(services) and called and count <= 30
    house = bool(told.HOUSE.search(line.outside))
    if not services and not house:
        return False
    of_press = {found.group().casefold() for found in told.PRESS.finditer(line.outside)}
    if services and (house or called):
        return count <= 60 or len(services) + len(of_press) >= 2
    if services and told.ADDRESSED.search(line.outside):
        return count <= 30
    return (len(of_press) >= 2 and house) or (
        bool(services) and len(services) + len(of_press) >= 2 and count <= 15 and not told.SAID.search(line.outside)
    )


def _by_its_words(line: Line, *, chatty: bool) -> Reason | None:
    count, text = len(line.words), line.text
    if count > NOTE_WORDS:
        return None
    if count <= 60 and told.RIGHTS.search(text):
        return "copyright"
    if _is_caption(line):
        return "caption"
    if is_date_line(text):
        return "timestamp"
    if told.READING_TIME.match(text):
        return "label"
    if count <= 30 and told.READ_ALSO.match(text):
        return "read-also"
    if count <= 40 and told.CONTRIBUTED.search(text):
        return "contributors"
    if is_appeal(line, chatty=chatty):
        return "appeal"
    return "editors-note" if _is_editors_note(line) else None


def _is_caption(line: Line) -> bool:
    if len(line.words) > 60:
        return False
    ends_in_credit = bool(told.CREDIT_END.search(line.text))
    before_credit = told.CREDIT_END.sub("", line.text).rstrip()
    return bool(told.CREDIT_PREFIX.match(line.text)) or (ends_in_credit and not SENTENCE_END.search(before_credit)) or (
        "©" in line.text and not line.is_sentence)  # fmt: skip


def _is_editors_note(line: Line) -> bool:
    if line.outside != line.text and told.SAID.search(line.outside):
        return False
    if len(line.words) <= 90 and told.SELF.search(line.outside) and told.AMENDED.search(line.outside):
        return True
    if not told.HOUSE.search(line.outside):
        return False
    return len({found.group().casefold() for found in told.TRADE.finditer(line.outside)}) >= 3


def _join_appeals(lines: Sequence[Line], reasons: list[Reason | None]) -> None:
    """Between two appeals with at most four paragraphs in between, what the house says of itself belongs to them."""
    appeals = [at for at, reason in enumerate(reasons) if reason == "appeal"]
    for start, end in pairwise(appeals):
        between = range(start + 1, end)
        if 0 < len(between) <= 4 and all(told.HOUSE.search(lines[at].outside) for at in between):
            for at in between:
                reasons[at] = reasons[at] or "appeal"


def _mark_head(lines: Sequence[Line], reasons: list[Reason | None], first: int) -> None:
    """Before the text begins: bylines ("By" and names, or names alone beside a date) and captions with a credit."""
    for at in range(first):
        line = lines[at]
        if reasons[at] is not None or line.is_sentence:
            continue
        signed = told.BYLINE.match(line.text)
        beside_date = any(0 <= n < len(lines) and reasons[n] == "timestamp" for n in (at - 1, at + 1, at + 2))
        if (signed and NAMES_LINE.match(signed["names"])) or (beside_date and NAMES_LINE.match(line.text)):
            reasons[at] = "byline"
        elif CREDIT.search(line.text) and len(line.words) >= CONTAINED_WORDS:
            bare = read_line(CREDIT.sub("", line.text)).words
            below = at > 0 and reasons[at - 1] in ("byline", "timestamp", "caption")
            if below or any(n != at and bare == other.words[: len(bare)] for n, other in enumerate(lines)):
                reasons[at] = "caption"


def _mark_repeated(lines: Sequence[Line], reasons: list[Reason | None], title: Line, standfirst: Line) -> None:
    """Paragraphs that stand in the title, the standfirst or another paragraph; the shorter one goes, else the later."""
    grams = [_grams(line.words) for line in lines]
    title_grams, standfirst_grams = _grams(title.words), _grams(standfirst.words)
    where: dict[tuple[str, ...], list[int]] = {}
    for at, its in enumerate(grams):
        for gram in its:
            where.setdefault(gram, []).append(at)
    for at, line in enumerate(lines):
        its = grams[at]
        if reasons[at] is not None or not line.words:
            continue
        if title.words and _repeats_title(line, title, its, title_grams):
            reasons[at] = "repeated-headline"
        elif standfirst.words and (
            line.words == standfirst.words or (len(its) > 2 and _share(its, standfirst_grams) >= REPEATED_SHARE)
        ):
            reasons[at] = "repeated-standfirst"
        elif its and not ITEM.match(line.text) and (other := _container(at, lines, its, where, reasons)) is not None:
            quote = lines[other].outside != lines[other].text and not line.text.startswith(("“", '"', "„", "«"))
            reasons[at] = "pull-quote" if quote else "repeated"
            if quote and at + 1 < len(lines) and reasons[at + 1] is None and _is_attribution(lines[at + 1]):
                reasons[at + 1] = "attribution"


def _repeats_title(
    line: Line, title: Line, its: frozenset[tuple[str, ...]], of_title: frozenset[tuple[str, ...]]
) -> bool:
    if line.words == title.words:
        return True
    short = len(line.words) <= len(title.words) + 12 and not line.is_body
    return short and len(of_title) >= 2 and max(_share(of_title, its), _share(its, of_title)) >= 0.99


def _container(
    at: int, lines: Sequence[Line], its: frozenset[tuple[str, ...]], where: dict[tuple[str, ...], list[int]],
    reasons: Sequence[Reason | None],
) -> int | None:  # fmt: skip
    """The paragraph that says all that this one says, and more (or the same, earlier); None where there is none."""
    counts: dict[int, int] = {}
    for gram in its:
        for other in where[gram]:
            counts[other] = counts.get(other, 0) + 1
    for other, count in counts.items():
        fuller = _fullness(lines[other], other) > _fullness(lines[at], at)
        same = lines[other].words == lines[at].words
        holds = same or (lines[other].is_body and len(lines[at].words) >= CONTAINED_WORDS)
        if other != at and fuller and holds and reasons[other] is None and count >= REPEATED_SHARE * len(its):
            return other
    return None


def _fullness(line: Line, at: int) -> tuple[int, bool, int]:
    """Of two that say the same, the one with more stays: the longer, then the whole sentence, then the earlier."""
    return len(line.words), line.is_sentence, -at


def _is_attribution(line: Line) -> bool:
    return len(line.words) <= 12 and not line.is_sentence and line.text[:1].isupper()


def _grams(words: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    return frozenset(words[n : n + GRAM] for n in range(len(words) - GRAM + 1))


def _share(its: frozenset[tuple[str, ...]], of: frozenset[tuple[str, ...]]) -> float:
    return len(its & of) / len(its) if its else 0.0
