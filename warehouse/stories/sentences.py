"""An article's sentences with what each one states: names, figures, acts, words, and where each of them stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from warehouse.stories.acts import find_acts
from warehouse.stories.terms import fact_id, find_names, find_numbers, token_ids

MAX_SENTENCES = 12
_MAX_CHARACTERS = 400

_BREAK = re.compile(r"(?<=[.!?…])[\"”»“'’)]*\s+(?=[\"“„«'‘(]?[^\W_])|(?<=[。！？])|\n+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Sen|Rep|Gov|Gen|Lt|Col|Sgt|Jr|Sr|vs|No|Nr|Art|Abs|Inc|Corp|Co|Ltd|bzw|ca|z\.B|d\.h|"
    r"U\.S|U\.K|E\.U|a\.m|p\.m|M|Mme|etc|Jan|Feb|Aug|Sept|Oct|Nov|Dec)|\b[A-Z]|\b\d{1,2})\.$"
)
_ELLIPSIS = re.compile(r"\s*[\[(]?(?:…|\.\.\.)[\])]?$")


@dataclass(frozen=True, slots=True)
class Fact:
    """Something stated: its kind (`name`, `number`, `act`, `word`), its id, and its [start, end) in the sentence."""

    kind: str
    fact: int
    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, its place in the article (0 is the first) and its facts."""

    text: str
    place: int
    facts: tuple[Fact, ...]


def split_sentences(text: str, *, limit: int = MAX_SENTENCES) -> list[str]:
    """The first sentences of a text, without line breaks; fragments of fewer than 20 characters are left out."""
    found: list[str] = []
    pending = ""
    for part in _BREAK.split(text[: limit * 320]):
        piece = f"{pending} {part.strip()}".strip() if pending else part.strip()
        if _ABBREVIATION.search(piece):
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
    return [Sentence(piece, place, facts_of(piece, language, aliases)) for place, piece in enumerate(whole)]


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
    facts += [Fact("word", word, 0, 0, "") for word in sorted(set(token_ids(sentence, language)))]
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
