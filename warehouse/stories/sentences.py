"""An article's sentences with what each one states: names, figures, acts, words, and where each of them stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from warehouse.stories.acts import find_acts
from warehouse.stories.terms import fact_id, find_names, find_numbers, token_ids

MAX_SENTENCES = 12
_MAX_CHARACTERS = 400

# Where a sentence ends: after its first character. (Looking for that one first spares a look back at every character.)
_END = re.compile(r"[.!?…][\"”»“'’)]*\s+(?=[\"“„«'‘(]?[^\W_])|[。！？]|\n+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Sen|Rep|Gov|Gen|Lt|Col|Sgt|Jr|Sr|vs|No|Nr|Art|Abs|Inc|Corp|Co|Ltd|bzw|ca|z\.B|d\.h|"
    r"U\.S|U\.K|E\.U|a\.m|p\.m|M|Mme|etc|Jan|Feb|Aug|Sept|Oct|Nov|Dec)|\b[A-Z]|\b\d{1,2})\.$"
)
_ABBREVIATED = 8  # characters: more than any abbreviation
_ELLIPSIS = re.compile(r"\s*[\[(]?(?:…|\.\.\.)[\])]?$")


class Fact(NamedTuple):
    """Something stated: its kind (`name`, `number`, `act`), its id, and its [start, end) in the sentence."""

    kind: str
    fact: int
    start: int
    end: int
    label: str


class Sentence(NamedTuple):
    """A sentence, its place in the article (0 is the first), its facts in order of kind, and the ids of its words."""

    text: str
    place: int
    facts: tuple[Fact, ...]
    words: frozenset[int]

    @property
    def said(self) -> set[int]:
        """The ids of all that it says."""
        return {fact.fact for fact in self.facts} | self.words


def split_sentences(text: str, *, limit: int = MAX_SENTENCES) -> list[str]:
    """The first sentences of a text, without line breaks; fragments of fewer than 20 characters are left out."""
    found: list[str] = []
    pending = ""
    for part in _parts(text[: limit * 320]):
        piece = f"{pending} {part.strip()}".strip() if pending else part.strip()
        if piece.endswith(".") and _ABBREVIATION.search(piece[-_ABBREVIATED:]):
            pending = piece
            continue
        pending = ""
        if len(piece) >= 20 or (len(piece) >= 8 and piece[-1] > "\u3000"):
            found.append(piece[:_MAX_CHARACTERS])
            if len(found) >= limit:
                return found
    if len(pending) >= 20:
        found.append(pending[:_MAX_CHARACTERS])
    return found


def _parts(text: str) -> Iterator[str]:
    begin = 0
    for end in _END.finditer(text):
        yield text[begin : end.start() + (end.group()[0] != "\n")]
        begin = end.end()
    yield text[begin:]


def parse_sentences(text: str, language: str | None, aliases: Mapping[str, str]) -> list[Sentence]:
    """The first sentences with their facts.

    A sentence that breaks off ("... could be [...]") is left out where another begins with the same words: feeds give
    the first lines of a text as its summary, cut short.
    """
    pieces = split_sentences(text)
    whole = [
        piece for at, piece in enumerate(pieces)
        if not (said := _broken_off(piece)) or not any(other.startswith(said) for other in pieces[at + 1 :])
    ]  # fmt: skip
    return [
        Sentence(piece, place, facts_of(piece, language, aliases), frozenset(token_ids(piece, language)))
        for place, piece in enumerate(whole)
    ]


def _broken_off(piece: str) -> str:
    """The sentence without the marks where it breaks off; empty where it does not."""
    said = _ELLIPSIS.sub("", piece)
    return said if len(said) < len(piece) else ""


def facts_of(sentence: str, language: str | None, aliases: Mapping[str, str]) -> tuple[Fact, ...]:
    """Names, figures and acts of a sentence, in order of kind."""
    facts: list[Fact] = []
    for name in find_names("", "\u2026 " + sentence, aliases):
        start, end = _place(name, sentence, aliases)
        facts.append(Fact("name", fact_id("@" + name.lower()), start, end, name))
    for number in find_numbers(sentence):
        match = re.search(re.escape(number[:1]) + r"[\d.,]*", sentence)
        start, end = match.span() if match else (0, 0)
        facts.append(Fact("number", fact_id("#" + number), start, end, number))
    acts = find_acts(sentence, language)
    facts += [Fact("act", fact_id("!" + act.state), act.start, act.end, act.state) for act in acts]
    return tuple(facts)


def _place(name: str, sentence: str, aliases: Mapping[str, str]) -> tuple[int, int]:
    """Where the name stands, or the alias under which the sentence has it; (0, 0) where neither is found."""
    at = sentence.find(name)
    if at >= 0:
        return at, at + len(name)
    lowered = sentence.lower()
    said = [alias for alias, entity in aliases.items() if entity == name and alias in lowered]
    at = lowered.find(max(said, key=len)) if said else -1
    return (at, at + len(max(said, key=len))) if at >= 0 else (0, 0)
