"""The one or two sentences that are new, with the new parts marked as phrases that the eye can follow."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from flows.alerts.safe_text import clean_line
from warehouse.stories.model import NewSentence
from warehouse.stories.plain_words import is_calendar

SENTENCE_LIMIT = 320
SENTENCES_SHOWN = 2
_CONTEXT = 90  # characters kept before the new part where a long sentence is cut at its beginning
_OPEN, _CLOSE = "\ue000", "\ue001"  # private-use marks around new parts while the text is cleaned

# New words with no more than this between them are one phrase: five marks in a row tell the eye nothing.
_GAP, _GAP_WITHOUT_SPACES = 24, 6
_WITHOUT_SPACES = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_PAUSE = re.compile(r"[.;:!?…。；：！？]")
# "SUNDHAVEN, March 2 (Northern Wire) - ", "(Northern Wire) - "
_CAPITALS = "A-Z\u00c0-\u00d6\u00d8-\u00de"
_AND = re.compile(r" (?:and|und|et|y) ")
_NO_LETTER = re.compile(r"[\W_]+")
_DATELINE = re.compile(
    rf"^(?:[{_CAPITALS}][{_CAPITALS} .'/-]{{2,40}}(?:,[^()]{{0,30}})?\s*)?\([^()]{{2,40}}\)\s*[-–—]+\s+"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of a sentence; `new` where it says what was not said before."""

    text: str
    new: bool


def show_sentences(
    sentences: Sequence[NewSentence], headline: str, *, mark: bool = True, preferred: Collection[str] = (),
    known: str = "", most: int = SENTENCES_SHOWN, limit: int = SENTENCE_LIMIT,
) -> tuple[tuple[Part, ...], ...]:  # fmt: skip
    """The first `most` sentences, each as parts; those that only repeat the headline are left out.

    Sentences of the `preferred` articles (ids) come first. Without `mark` nothing is marked: of a story that begins
    everything is new. A weekday or month alone, and a name that `known` has (what was told before), are not marked
    either. An agency's dateline in front is left out.
    """
    in_order = sorted(sentences, key=lambda sentence: sentence.article_id not in preferred)
    shown = (show_sentence(sentence, mark=mark, known=known, limit=limit) for sentence in in_order)
    return tuple(parts for parts in shown if parts and not repeats("".join(p.text for p in parts), headline))[:most]


def repeats(sentence: str, headline: str) -> bool:
    """Whether the sentence says the headline again: the same letters and figures, whatever stands between them."""
    said, known = _NO_LETTER.sub("", sentence).casefold(), _NO_LETTER.sub("", headline).casefold()
    return said == known if said and known else sentence.strip() == headline.strip()


def show_sentence(
    sentence: NewSentence, *, mark: bool = True, known: str = "", limit: int = SENTENCE_LIMIT
) -> tuple[Part, ...]:
    """The sentence as parts, at most `limit` characters of it, without an agency's dateline in front."""
    dateline = _DATELINE.match(sentence.text)
    begin = dateline.end() if dateline else 0
    ranges = [
        (start - begin, end - begin) for start, end in sentence.new_parts
        if not _is_no_news(sentence.text[start:end], known)
    ] if mark else []  # fmt: skip
    return show_parts(sentence.text[begin:], ranges, limit)


def _is_no_news(part: str, known: str) -> bool:
    """Whether it is a weekday or month, or a name that `known` has, its possessive ending aside; or several such."""
    names = [re.sub(r"['’]s?$", "", name) for name in _AND.split(part.strip())]
    return all(
        is_calendar(name) or (name[:1].isupper() and re.search(rf"\b{re.escape(name)}\b", known) is not None)
        for name in names
    )


def show_parts(text: str, new_parts: Iterable[tuple[int, int]], limit: int = SENTENCE_LIMIT) -> tuple[Part, ...]:
    """The sentence in pieces, with what is new marked; a long one is cut so that its first new part stays in sight.

    Ranges may overlap or lie outside the text; neighbours are marked as one phrase.
    """
    pieces: list[str] = []
    at = 0
    for start, end in join_ranges(new_parts, text):
        pieces += [_unmarked(text[at:start]), _OPEN, _unmarked(text[start:end]), _CLOSE]
        at = end
    pieces.append(_unmarked(text[at:]))
    marked = clean_line("".join(pieces), 20_000)
    first = marked.find(_OPEN)
    if len(marked) > limit and first > limit // 2:
        cut = marked.find(" ", first - _CONTEXT)
        marked = "… " + marked[cut + 1 if 0 <= cut < first else first :]
    marked = clean_line(marked, limit)
    parts: list[Part] = []
    for index, piece in enumerate(marked.replace(_CLOSE, _OPEN).split(_OPEN)):
        if piece:
            parts.append(Part(text=piece, new=index % 2 == 1))
    return tuple(parts)


def join_ranges(ranges: Iterable[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """The ranges in order, within the text, without space at their ends, joined where little lies between them."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted((max(0, start), min(len(text), end)) for start, end in ranges):
        core = text[start:end].strip()
        if start >= end or not core:
            continue
        start += text[start:end].index(core)
        end = start + len(core)
        if joined and _is_near(text[joined[-1][1] : start]):
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _is_near(between: str) -> bool:
    most = _GAP_WITHOUT_SPACES if _WITHOUT_SPACES.search(between) else _GAP
    return len(between) <= most and not _PAUSE.search(between)


def _unmarked(text: str) -> str:
    return text.replace(_OPEN, "").replace(_CLOSE, "")
