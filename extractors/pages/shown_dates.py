"""Dates that a page shows its readers: in its time elements and in the lines around its headline."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from extractors.dates import parse_date
from extractors.pages.blocks import Block, PageBlocks
from extractors.pages.hints import NAMES

_MONTH = r"[^\W\d_]{3,12}"
_IN_TEXT = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:?\d\d)?)?|"
    r"(?:19|20)\d\d\s?年\s?\d\d?\s?月\s?\d\d?\s?日|(?:19|20)\d\d년 \d\d?월 \d\d?일|"
    rf"{_MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?,? (?:19|20)\d\d|"
    rf"\d{{1,2}}(?:st|nd|rd|th|er|\.)?(?: de)?[ -]{_MONTH}\.?,?(?: de)?[ -](?:19|20)\d\d|"
    r"\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d\d|\d{1,2}\.\d{1,2}\.\d\d(?=[ ,|]|$)|(?:19|20)\d\d[/.]\d\d?[/.]\d\d?)(?!\d)"
)
_DIGIT = re.compile(r"\d")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|er)\b")
_NUMERIC = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")
_CHANGED = re.compile(r"updat|modif|edited|aktualisiert|änderung|mis à jour|maj\b|actualizado|changed|revised|更新|"
                      r"修改|reviewed|aggiornat|bijgewerkt", re.IGNORECASE)  # fmt: skip
_PUBLISHED = re.compile(r"publi|posted|erschienen|veröffentlicht|发布|發布|发表|geplaatst|dodano|julkaistu",
                        re.IGNORECASE)  # fmt: skip
_FROM = re.compile(r"vom\b|\bdatum|date\b|created|stand\b|fecha|日期", re.IGNORECASE)
_POSTED = re.compile(r"gepostet|veröffentlicht|posted|published|publié|publicado|发布", re.IGNORECASE)


def _mask(names: str) -> int:
    return sum(1 << NAMES.index(name) for name in names.split())


_DATED = _mask("date author")
_ELSEWHERE = _mask("comments ad consent overlay navigation newsletter")
_PERHAPS_ELSEWHERE = _mask("related footer")
_PICTURE = _mask("caption credit")
_ABOVE, _BELOW = 12, 25  # blocks around the headline that are looked at first
_SHORT = 14  # words
_LABEL = 28  # characters before a date that may say what it is
_LOOK = 400
_IN_HEADLINE = 35.0
_APART = 50.0  # for what stands in comments, in other articles' boxes and the like


@dataclass(frozen=True, slots=True)
class ShownDate:
    """A date as a page shows it: what to parse, the day shown, and how far it is from where one expects it (0: under
    the headline; larger is worse). `changed` is set where it is said to be that of a change."""

    raw: str
    day: str
    distance: float
    changed: bool
    marked: bool


def find_shown_dates(page: PageBlocks, heading: int, *, now: datetime, language: str | None = None) -> list[ShownDate]:
    """All plausible dates of short lines and time elements, the likeliest to be that of publication first."""
    found: list[ShownDate] = []
    blocks = page.blocks
    way = _way_up(page, blocks[heading].node) if 0 <= heading < len(blocks) else frozenset({0})
    start = max(heading, 0)
    for place, element in page.times:
        raw = (element.get("datetime") or "").strip()
        text = " ".join("".join(element.itertext()).split())[:120]
        day = _day_in(text, now=now, language=language)
        if not (raw or day):
            continue
        stated = _day_of(raw, now) or day
        if stated is None:
            continue
        block = blocks[min(place, len(blocks) - 1)] if blocks else None
        label = block.text[:60] if block is not None and len(block.text) < 200 else text
        changed = _CHANGED.search(label) is not None and _PUBLISHED.search(label) is None
        penalty = _penalty(page, block, 1, way) if block is not None else 0.0
        distance = _distance(place - start) + penalty - 3.0
        found.append(ShownDate(raw or day or "", day or stated, distance, changed, True))
    for i, block in enumerate(blocks):
        text = block.text
        if len(text) > _LOOK:
            text = text[:_LABEL]
        if _DIGIT.search(text) is None:
            continue
        words = block.text.count(" ") + 1
        for match in _IN_TEXT.finditer(text):
            day = _day_in(match.group(), now=now, language=language)
            if day is None:
                continue
            before = text[max(0, match.start() - _LABEL) : match.start()]
            after = text[match.end() : match.end() + _LABEL]
            changed = _CHANGED.search(before) is not None
            published = not changed and (
                _PUBLISHED.search(before) is not None or (words <= _SHORT and _FROM.search(before) is not None)
                or _POSTED.search(after) is not None
            )
            dateline = 0 <= i - start <= 4 and match.start() <= _LABEL and _FROM.search(before) is not None
            if words > _SHORT and not (published or changed or dateline) and match.start() > 2:
                continue  # what happened on some day
            distance = _distance(i - start) + _penalty(page, block, words, way) - 8.0 * published
            if i == heading:
                distance += _IN_HEADLINE
            elif words > _SHORT:
                distance += 12.0
            marked = bool((block.hints | page.nodes[block.node].hints) & _DATED)
            found.append(ShownDate(match.group(), day, distance - 2.0 * marked, changed, marked))
    found.sort(key=lambda shown: (shown.changed, shown.distance))
    return found


def _distance(gap: int) -> float:
    """Blocks below the headline count once, those above twice; what is far away counts as far, not as farther."""
    return float(min(gap, 3 * _BELOW) if gap >= 0 else min(-2 * gap, 3 * _BELOW))


def _way_up(page: PageBlocks, node: int) -> frozenset[int]:
    """The node and all above it."""
    way = set()
    while node >= 0:
        way.add(node)
        node = page.nodes[node].parent
    return frozenset(way)


def _penalty(page: PageBlocks, block: Block, words: int, way: frozenset[int]) -> float:
    """How much the place speaks against a date, by the names of what holds it and not the headline (`way`) too."""
    node = page.nodes[block.node]
    above = page.nodes[max(node.parent, 0)]
    hints = block.hints | node.hints | above.hints
    aside = False
    at = block.node
    while at not in way and at >= 0:
        hints |= page.nodes[at].hints & (_ELSEWHERE | _PERHAPS_ELSEWHERE)
        aside = aside or page.nodes[at].tag in ("aside", "footer")
        at = page.nodes[at].parent
    penalty = 0.0
    if node.tag == "figcaption" or above.tag == "figcaption" or hints & _PICTURE:
        penalty += 30.0
    if hints & _ELSEWHERE or aside:
        penalty += _APART
    elif hints & _PERHAPS_ELSEWHERE:
        penalty += 8.0
    if block.link_chars * 2 > len(block.text):
        penalty += 25.0 if words > 9 else 4.0
    return penalty


def _day_in(text: str, *, now: datetime, language: str | None) -> str | None:
    """The first day written in the text, as ISO; None without one, or where day and month could be either."""
    match = _IN_TEXT.search(text)
    if match is None:
        return None
    written = _ORDINAL.sub("", match.group())
    numeric = _NUMERIC.fullmatch(written)
    if numeric and language not in (None, "en"):  # day first nearly everywhere else
        written = f"{numeric[1]}.{numeric[2]}.{numeric[3]}"
    return _day_of(written, now)


def _day_of(raw: str, now: datetime) -> str | None:
    parsed = parse_date(raw, now=now) if raw else None
    if parsed is None or parsed.certainty == "suspect":
        return None
    return raw[:10] if re.match(r"\d{4}-\d\d-\d\d", raw) else parsed.at.date().isoformat()


__all__ = ["ShownDate", "find_shown_dates"]
