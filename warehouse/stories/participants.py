"""Which of a report's names are shown as those who take part: no days, no titles, no agencies, no German nouns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from warehouse.stories.plain_words import (
    AGENCIES,
    OF_COUNTRIES,
    ORDINARY,
    TITLES,
    is_body,
    is_calendar,
    is_head,
    is_noun,
)
from warehouse.stories.stopwords import STOPWORDS
from warehouse.stories.terms import UPPER

_AND = re.compile(r" (?:and|und|et|y) ")
_OWNER = re.compile(r"['’]s?(?= |$)")
_WORD = re.compile(r"\w+")
_CAPITALISED = re.compile(rf"(?<!\w)[{UPPER}]\w*")
_FUNCTION_WORDS = frozenset(word for words in STOPWORDS.values() for word in words)
# "eine neue Verfügung": what stands after an article, with or without an adjective, is a German noun.
_AFTER_ARTICLE = {
    "de": re.compile(
        r"\b(?:[Dd](?:er|ie|as|en|em|es)|[Ee]ine?[mnrs]?|[Kk]eine?[mnrs]?|[Ii]m|[Aa]m|[Zz]u[mr]|[Bb]eim|[Vv]om|[Ii]ns|"
        r"[Aa]ns|[Dd]iese[mnrs]?|[Jj]ede[mnrs]?|[Ss]eine?[mnrs]?|[Ii]hre?[mnrs]?|[Vv]iele[nr]?|[Ee]inige[nr]?|"
        r"[Mm]ehrere[nr]?|[Aa]lle[nr]?|[Zz]wei|[Dd]rei) (?:[a-zäöüß]+e[nmrs]? )?([A-ZÄÖÜ][\wäöüß-]+)"
    ),
    # Ministries are called after what they look after: ministère de la Mer.
    "fr": re.compile(r"\b[Mm]inist(?:ère|re)s? (?:de la |de l['’]|du |des )([A-ZÀÉÈÊÎ][\w-]+)"),
}
_PARTS_OF_TIME = ("Anfang", "Mitte", "Ende")
_OPENINGS = frozenset((
    "together", "meanwhile", "however", "yesterday", "today", "early", "late", "mid", "by", "photo", "image",
))  # fmt: skip


def choose_participants(
    names: Mapping[str, int], *, title: str, text: str, language: str | None, listed: Collection[str] = (),
    outlets: Collection[str] = (),
) -> Counter[str]:  # fmt: skip
    """The names that a reader is shown, with their counts; `names` are those of `find_names`.

    Names of watch-lists (`listed`) stay as they are. "Halden's" counts as Halden, "Aldermark and Halden" as both where
    one is named alone, "Minister Mirela Dahlqvist" as the person. Agencies, and `outlets` (names in lower case), are
    left out unless the title names them; so is a word that is only ever part of a longer name, and a German word that
    stands there once and could be any noun.
    """
    said = Counter(_CAPITALISED.findall(text))  # names begin so
    nouns = _nouns_of(text, language, said)
    german = language == "de"
    headline = title.lower()
    pieces: Counter[str] = Counter()
    for name, n in names.items():
        if name in listed:
            pieces[name] += n
            continue
        for piece in _divide(name, names, german, outlets):
            kept = _strip(piece.split(" "), names, german, nouns)
            if kept and (kept.lower() in headline or not _is_source(kept, outlets)):
                pieces[kept] += n
    parts: Counter[str] = Counter()
    for name, n in pieces.items():
        for word in {*name.split(" ")} if " " in name else ():
            parts[word] += n
    return Counter({
        name: n for name, n in pieces.items()
        if name in listed or " " in name
        or (said[_WORD.findall(name)[0]] > parts[name]
            and not (german and n == 1 and said[name] < 2 and not (parts[name] or _is_odd(name) or is_body(name))))
    })  # fmt: skip


def _divide(name: str, names: Mapping[str, int], german: bool, outlets: Collection[str]) -> list[str]:
    """The name without possessive endings; in parts, where one of several names also stands alone, or is an outlet."""
    if " " not in name and "'" not in name and "’" not in name:
        return [name]
    found: list[str] = []
    for part in _OWNER.sub("\n", name).split("\n"):
        sides = _AND.split(part.strip())
        several = any(side in names or _is_source(side, outlets) for side in sides)
        for side in sides if several else [part.strip()]:
            found += side.split(" für ") if german and not is_head(side.partition(" ")[0]) else [side]
    return [part for part in found if part]


def _strip(words: Sequence[str], names: Mapping[str, int], german: bool, nouns: Collection[str]) -> str:
    """The name without titles and ordinary words in front and days behind; empty where nothing names somebody."""
    rest = list(words)
    while rest and (is_calendar(rest[-1]) or rest[-1] in _PARTS_OF_TIME or rest[-1].lower() in _FUNCTION_WORDS):
        rest.pop()
    for at in range(len(rest) - 3, -1, -1):
        if rest[at].lower() in TITLES and rest[at + 1][:1].isupper():
            rest = rest[at + 1 :]
            break
    while len(rest) > 1:
        head = rest[0]
        after = " ".join(rest[1:])
        noun = is_noun(head) or (head in nouns and after in names)
        plain = german and noun and not (is_head(head) and len(rest) > 2)
        known = " ".join(rest[2:]) in names or is_body(rest[-1])
        if plain and rest[1].lower() in _FUNCTION_WORDS and not known:
            return ""
        if not (plain or is_calendar(head) or head.lower() in _OPENINGS or head.lower() in _FUNCTION_WORDS):
            break
        rest.pop(0)
    if german and len(rest) == 2 and rest[0][:-1] in names and is_noun(rest[1]):
        rest = [rest[0][:-1]]  # "Haldens Angebot"
    if len(rest) != 1:
        return " ".join(rest)
    lowered = rest[0].lower()
    plain = lowered in TITLES or lowered in ORDINARY or lowered in OF_COUNTRIES or lowered in _FUNCTION_WORDS
    return "" if plain or is_calendar(rest[0]) or rest[0] in nouns or (german and is_noun(rest[0])) else rest[0]


def _is_source(name: str, outlets: Collection[str]) -> bool:
    lowered = name.lower()
    bare = lowered.removeprefix("the ")
    return bare in AGENCIES or bare in outlets or lowered in outlets or f"the {bare}" in outlets


def _nouns_of(text: str, language: str | None, said: Mapping[str, int]) -> frozenset[str]:
    """The words that stand after an article at least every second time, spelt as any noun is; not bodies' names."""
    pattern = _AFTER_ARTICLE.get(language or "")
    if pattern is None:
        return frozenset()
    after = Counter(pattern.findall(text))
    return frozenset(
        word for word, n in after.items() if 2 * n >= said.get(word, 0) and not _is_odd(word) and not is_body(word)
    )


def _is_odd(word: str) -> bool:
    """Spelt as only names are: with capitals or figures within."""
    return any(char.isupper() or char.isdigit() for char in word[1:])
